//! What people call things in reports of the languages that were seen. Reading does not depend on it.

/// Words of one language.
struct Language {
    /// What it is called in English.
    name: &'static str,
    /// Beginning of the first line of a text report; empty where none was seen.
    head: &'static str,
    /// The category Protocol; empty where none was seen.
    protocol: &'static str,
    /// The property "Connectionless Service"; empty where none was seen.
    connectionless: &'static str,
}

/// Source: 34 reports of Windows 7 to 11 and Server 2012 R2; the last three from a script that recognises such files.
#[rustfmt::skip]
const LANGUAGES: &[Language] = &[
    Language { name: "English", head: "System Information report written at", protocol: "Protocol", connectionless: "Connectionless Service" },
    Language { name: "Russian", head: "Отчет сбора сведений о системе записан на", protocol: "Протокол", connectionless: "Служба без подключения" },
    Language { name: "Polish", head: "Raport Informacji o systemie został zapisany w", protocol: "Protokół", connectionless: "Usługa bezpołączeniowa" },
    Language { name: "Czech", head: "", protocol: "Protokol", connectionless: "Služba bez připojení" },
    Language { name: "Chinese (simplified)", head: "系统信息报告的位置", protocol: "协议", connectionless: "无连接服务" },
    Language { name: "Japanese", head: "システム情報の報告は次の場所に書き込まれました", protocol: "プロトコル", connectionless: "接続不要サービス" },
    Language { name: "German", head: "Systeminformationsbericht erstellt am", protocol: "", connectionless: "" },
    Language { name: "French", head: "Rapport d'informations système écrit à l'emplacement", protocol: "", connectionless: "" },
    Language { name: "Spanish", head: "El informe del sistema se escribió en", protocol: "", connectionless: "" },
];

/// The language in which the first line of a text report begins so.
pub(super) fn language_of_head(line: &str) -> Option<&'static str> {
    let is_it = |language: &&Language| !language.head.is_empty() && line.starts_with(language.head);
    LANGUAGES.iter().find(is_it).map(|language| language.name)
}

/// The language in which the second property of a protocol begins so.
pub(super) fn language_of_property(label: &str) -> Option<&'static str> {
    let is_it =
        |language: &&Language| !language.connectionless.is_empty() && label.starts_with(language.connectionless);
    LANGUAGES.iter().find(is_it).map(|language| language.name)
}

/// Whether a category is called Protocol in a known language.
pub(super) fn is_called_protocol(name: &str) -> bool {
    LANGUAGES.iter().any(|language| !name.is_empty() && language.protocol == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_languages_are_named_and_others_are_not() {
        assert_eq!(language_of_head("系统信息报告的位置: 08/18/19 15:01:21"), Some("Chinese (simplified)"));
        assert_eq!(language_of_head("Rundenbericht: 08/18/19 15:01:21"), None);
        assert_eq!(language_of_property("Služba bez připojení"), Some("Czech"));
        assert_eq!(language_of_property("Connectionless Service No"), Some("English"), "columns may be lost");
        assert_eq!(language_of_property(""), None);
        assert!(is_called_protocol("Протокол") && !is_called_protocol(""));
    }
}
