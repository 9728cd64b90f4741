//! The records in a hive's cells that are read directly, without nt-hive.
//!
//! Source: *Windows registry file format specification* (msuhanov/regf).

use super::field::layout;

layout! {
    /// Head of a key; its name follows.
    pub struct KeyNode: 76 {
        /// `nk`.
         0 "Signature" signature: [u8; 2],
        /// Bit 0x10: the key is a link to another key. Bit 0x20: the name is in Latin-1 instead of UTF-16.
         2 "Flags" flags: u16,
        /// When the key, its values or its list of subkeys last changed (FILETIME).
         4 "LastWritten" last_written: u64,
        /// Bits that record whether the key was read since the hive was loaded.
        12 "AccessBits" access_bits: u32,
        /// Where its parent lies.
        16 "Parent" parent: u32,
        /// Number of its subkeys.
        20 "SubkeyCount" subkey_count: u32,
        /// Number of its subkeys that are not stored; meaningless on disk.
        24 "VolatileSubkeyCount" volatile_subkey_count: u32,
        /// Where the list of its subkeys lies.
        28 "SubkeyList" subkey_list: u32,
        /// Meaningless on disk.
        32 "VolatileSubkeyList" volatile_subkey_list: u32,
        /// Number of its values.
        36 "ValueCount" value_count: u32,
        /// Where the list of its values lies.
        40 "ValueList" value_list: u32,
        /// Where its security lies.
        44 "Security" security: u32,
        /// Where its class name lies.
        48 "ClassName" class_name: u32,
        /// Longest name of a subkey, and flags of virtualization.
        52 "MaxSubkeyNameLength" max_subkey_name_length: u32,
        /// Longest class name of a subkey.
        56 "MaxSubkeyClassLength" max_subkey_class_length: u32,
        /// Longest name of a value.
        60 "MaxValueNameLength" max_value_name_length: u32,
        /// Longest data of a value.
        64 "MaxValueDataLength" max_value_data_length: u32,
        /// Unused.
        68 "WorkVar" work_var: u32,
        /// Length of the name in bytes.
        72 "NameLength" name_length: u16,
        /// Length of the class name in bytes.
        74 "ClassNameLength" class_name_length: u16,
    }
}

layout! {
    /// Head of a value; its name follows.
    pub struct KeyValue: 20 {
        /// `vk`.
         0 "Signature" signature: [u8; 2],
        /// Length of the name in bytes; 0 for the default value.
         2 "NameLength" name_length: u16,
        /// Length of the data; bit 31: the data, at most four bytes, stand in the next field.
         4 "DataSize" data_size: u32,
        /// Where the data lie, or the data.
         8 "Data" data: u32,
        /// `REG_*`; numbers above 11 are legal.
        12 "Type" data_type: u32,
        /// Bit 0: the name is in Latin-1 instead of UTF-16. Bit 1: the value does not exist here (containers).
        16 "Flags" flags: u16,
        /// Unused.
        18 "Spare" spare: u16,
    }
}
