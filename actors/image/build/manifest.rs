//! What an actor's `manifest.toml` says, checked.

use toml::Table;
use toml::Value;

/// One actor's manifest.
pub(crate) struct Manifest {
    /// The actor's name, that of its folder and crate.
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) priority: u8,
    /// Bytes.
    pub(crate) memory: u32,
    /// Bytes, 0 if it does not say so.
    pub(crate) shared: u32,
    /// Messages, if it says so.
    pub(crate) mailbox: Option<u16>,
    pub(crate) supervisor: Option<String>,
    pub(crate) restart: Option<String>,
    pub(crate) shutdown: Option<String>,
    pub(crate) names: Vec<String>,
    /// Object and rights, in slot order.
    pub(crate) grants: Vec<(String, String)>,
    /// Number and name, in the order of the numbers.
    pub(crate) opcodes: Vec<(u32, String)>,
}

const KEYS: [&str; 11] = [
    "about",
    "priority",
    "memory",
    "shared",
    "mailbox",
    "supervisor",
    "restart",
    "shutdown",
    "names",
    "grants",
    "opcodes",
];

/// Messages that a mailbox can take (`kernel::limits::MAILBOX_MESSAGES_MAX`).
const MAILBOX_MAX: i64 = 1024;

const RESTARTS: [&str; 3] = ["permanent", "transient", "temporary"];

/// Units of `shutdown`.
const UNITS: [&str; 3] = ["ms", "s", "min"];

const RIGHTS: [&str; 3] = ["read", "write", "grant"];

impl Manifest {
    /// Reads a manifest; the error says what is wrong with which key.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Manifest, String> {
        let table: Table = text.parse().map_err(|error| format!("{error}"))?;
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(format!("unknown key `{key}`: known are {}", KEYS.join(", ")));
        }
        let text_of = |key: &str| {
            table.get(key).and_then(Value::as_str).ok_or(format!("`{key}` must be a text"))
        };
        let optional = |key: &str| match table.contains_key(key) {
            true => text_of(key).map(|text| Some(text.to_string())),
            false => Ok(None),
        };
        let priority = table.get("priority").and_then(Value::as_integer);
        let priority = priority.filter(|priority| (0..32).contains(priority));
        Ok(Manifest {
            name: name.to_string(),
            about: text_of("about")?.to_string(),
            priority: priority.ok_or("`priority` must be a number from 0 to 31")? as u8,
            memory: bytes("memory", text_of("memory")?)?,
            shared: optional("shared")?.map_or(Ok(0), |text| bytes("shared", &text))?,
            mailbox: mailbox(table.get("mailbox"))?,
            supervisor: optional("supervisor")?,
            restart: optional("restart")?.map(restart).transpose()?,
            shutdown: optional("shutdown")?.map(shutdown).transpose()?,
            names: names(table.get("names"))?,
            grants: grants(table.get("grants"))?,
            opcodes: opcodes(table.get("opcodes"))?,
        })
    }
}

/// `48KiB` as a number of bytes.
fn bytes(key: &str, text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("KiB").and_then(|number| number.trim().parse::<u32>().ok());
    let number = number.and_then(|number| number.checked_mul(1024));
    number.ok_or(format!("`{key}` is \"{text}\", but must be like \"48KiB\""))
}

fn mailbox(value: Option<&Value>) -> Result<Option<u16>, String> {
    let Some(value) = value else { return Ok(None) };
    let messages = value.as_integer().filter(|messages| (1..=MAILBOX_MAX).contains(messages));
    let wrong = format!("`mailbox` must be a number of messages from 1 to {MAILBOX_MAX}");
    messages.map(|messages| Some(messages as u16)).ok_or(wrong)
}

fn restart(text: String) -> Result<String, String> {
    if RESTARTS.contains(&&*text) {
        return Ok(text);
    }
    Err(format!("`restart` is \"{text}\", but must be one of {}", RESTARTS.join(", ")))
}

fn shutdown(text: String) -> Result<String, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_duration = digits != 0 && UNITS.contains(&&text[digits..]);
    if is_duration || ["kill", "wait"].contains(&&*text) {
        return Ok(text);
    }
    Err(format!("`shutdown` is \"{text}\", but must be \"kill\", \"wait\" or like \"5s\""))
}

fn names(value: Option<&Value>) -> Result<Vec<String>, String> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let texts = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
    let texts: Vec<&str> = texts.ok_or("`names` must be a list of texts")?;
    Ok(texts.into_iter().map(str::to_string).collect())
}

fn grants(value: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let table = value.as_table().ok_or("`grants` must be a table")?;
    let mut grants = Vec::new();
    for (object, rights) in table {
        let rights = rights.as_str().ok_or(format!("the rights to `{object}` must be a text"))?;
        if let Some(wrong) = rights.split('+').find(|right| !RIGHTS.contains(right)) {
            let known = RIGHTS.join(", ");
            return Err(format!("`{wrong}` is no right to `{object}`: known are {known}"));
        }
        grants.push((object.clone(), rights.to_string()));
    }
    Ok(grants)
}

fn opcodes(value: Option<&Value>) -> Result<Vec<(u32, String)>, String> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let table = value.as_table().ok_or("`opcodes` must be a table")?;
    let mut opcodes = Vec::new();
    for (name, number) in table {
        let number = number.as_integer().and_then(|number| u32::try_from(number).ok());
        let number = number.ok_or(format!("opcode `{name}` must be a number"))?;
        opcodes.push((number, name.clone()));
    }
    opcodes.sort();
    Ok(opcodes)
}
