//! How sure a finding is.

/// How sure a finding is: whether its evidence leaves room for another explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The evidence fits the finding, and fits other explanations as well.
    Low,
    /// The evidence supports the finding, but a harmless cause is known or it rests on what Windows usually installs.
    Medium,
    /// The evidence shows it directly, and no clean system is known to look like that.
    High,
}

impl Confidence {
    /// All of them, the least sure first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The confidence of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|confidence| confidence.name() == name)
    }

    /// The same on the scale of 0 to 100 that SARIF ranks results on.
    #[must_use]
    pub fn rank(self) -> f64 {
        match self {
            Self::Low => 20.0,
            Self::Medium => 60.0,
            Self::High => 95.0,
        }
    }

    /// One step less sure.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Confidence;

    #[test]
    fn a_step_down_never_makes_a_finding_surer() {
        assert_eq!(Confidence::ALL.map(Confidence::lowered), [Confidence::Low, Confidence::Low, Confidence::Medium]);
    }
}
