//! The units of a collection, put together by the computers that they are of.

use catalog9::catalog::Text;
use catalog9::collection::{self, Beginning, JoinReason, Member};
use catalog9::evidence::Kind;

use super::examination;
use super::examiner::{Emit, Examiner, Extent};
use crate::cli::intake::archive::Nesting;
use crate::cli::intake::piece::{Piece, Pieces};

impl Examiner<'_> {
    /// Examines a collection: first it looks which computer each unit is of, then it examines those of one computer
    /// together.
    pub(super) fn examine_collection(&self, all: Pieces, nesting: Nesting<'_>, emit: &mut Emit<'_>) {
        let mut units: Vec<Option<Pieces>> = Vec::new();
        let mut identities = Vec::new();
        for unit in all.into_units() {
            let Some(leader) = unit.files.first() else { continue };
            // A worker that is lost here is lost by this unit, which is left out from then on.
            if self.control.begin(&leader.label.lossy()) == Extent::Nothing {
                continue;
            }
            identities.push(self.identity(leader));
            self.control.end();
            units.push(Some(unit));
        }
        let is_evidence = |(index, unit): (usize, &Option<Pieces>)| {
            let (kind, computer) = identities.get(index)?.clone()?;
            Some((index, unit.as_ref()?.files.first()?.name.clone(), kind, computer))
        };
        let evidence: Vec<_> = units.iter().enumerate().filter_map(is_evidence).collect();
        let members: Vec<Member<'_>> = evidence
            .iter()
            .map(|(_, name, kind, computer)| Member { name, kind: *kind, computer: computer.clone() })
            .collect();
        let hosts = collection::hosts(&members);
        let place = |member: usize| evidence.get(member).map(|(place, ..)| *place);
        for host in &hosts {
            let copies: Vec<Piece> = host
                .earlier
                .iter()
                .filter_map(|member| Some(units.get(place(*member)?)?.as_ref()?.files.first()?.clone()))
                .map(|copy| Piece { joined: Some(JoinReason::EarlierState), ..copy })
                .collect();
            if let Some(leader) = place(host.leader).and_then(|place| units.get_mut(place)?.as_mut()) {
                leader.files.extend(copies);
            }
        }
        for host in hosts {
            for (member, reason) in host.joined {
                let joined = place(member).and_then(|place| units.get_mut(place)?.take());
                let leader = place(host.leader).and_then(|place| units.get_mut(place)?.as_mut());
                if let (Some(leader), Some(joined)) = (leader, joined) {
                    let files = collection::joined(joined.files, |file| &file.name);
                    leader.files.extend(files.map(|file| Piece { joined: Some(reason), ..file }));
                }
            }
        }
        for unit in units.into_iter().flatten() {
            self.examine(unit, nesting, emit);
        }
    }

    /// What kind of evidence a file is, and which computer it names; `None` where it can be joined to nothing.
    fn identity(&self, file: &Piece) -> Option<(Kind, Option<Text>)> {
        let (beginning, _) = file.source.beginning().ok()?;
        match beginning {
            // Collections have hundreds of event logs, and only those of one channel are about the catalogs.
            Beginning::Evidence(Kind::EventLog) if !file.name.is_of_evidence() => None,
            Beginning::Evidence(_) | Beginning::Text => examination::identity(file, &self.options),
            _ => None,
        }
    }
}
