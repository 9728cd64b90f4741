//! A key's values, each with the type that it ought to have.

use super::key::{Key, Value};
use super::key::{REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_SZ, type_name};
use crate::catalog::Text;
use crate::evidence::{Defect, Defects};
use crate::layout::Guid;

/// The values of one key. What has another type or length than it ought to have is a defect, and then unknown.
pub(super) struct Values<'k, 'd> {
    key: &'k Key,
    defects: &'d mut Defects,
}

impl<'k, 'd> Values<'k, 'd> {
    pub(super) fn new(key: &'k Key, defects: &'d mut Defects) -> Self {
        Self { key, defects }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<Text> {
        self.typed(name, REG_SZ, Value::text)
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<Text>> {
        self.typed(name, REG_MULTI_SZ, Value::texts)
    }

    pub(super) fn number(&mut self, name: &str) -> Option<u32> {
        self.typed(name, REG_DWORD, Value::number)
    }

    pub(super) fn signed(&mut self, name: &str) -> Option<i32> {
        self.number(name).map(u32::cast_signed)
    }

    pub(super) fn bytes(&mut self, name: &str) -> Option<&'k [u8]> {
        self.typed(name, REG_BINARY, Value::bytes)
    }

    pub(super) fn guid(&mut self, name: &str) -> Option<Guid> {
        let bytes = self.bytes(name)?;
        let guid = bytes.try_into().map(Guid::from_bytes_le).ok();
        if guid.is_none() {
            self.defect(name, "a GUID of 16 bytes", format!("{} bytes", bytes.len()));
        }
        guid
    }

    fn typed<T>(&mut self, name: &str, data_type: u32, read: impl Fn(&'k Value) -> Option<T>) -> Option<T> {
        let value = self.key.value(name)?;
        let data = read(value);
        if data.is_none() {
            let found = format!("{} of {} bytes", type_name(value.data_type), value.data.len());
            self.defect(name, &type_name(data_type), found);
        }
        data
    }

    pub(super) fn defect(&mut self, name: &str, expected: &str, found: String) {
        let key = self.key;
        let place =
            key.value(name).map_or_else(|| key.place.whole().below(&Text::from(name)), |value| key.place_of(value));
        self.defects.push(Defect::new(place, expected, found));
    }
}
