//! Words to a command, strictly: what is not in the table is a mistake with a suggestion.

use super::report::usage;
use super::spec::{COMMON, Command, Flag, Invocation};
use framewright_core::Result;
use framewright_core::suggest::nearest;

/// The command that these words call; without a word it is the first of the table.
pub(crate) fn parse(commands: &'static [Command], words: &[String]) -> Result<Invocation> {
    let named: Vec<&str> = words.iter().map(String::as_str).take_while(|w| !w.starts_with('-')).collect();
    let command = find(commands, &named)?;
    let skip = if named.is_empty() { 0 } else { command.name.split(' ').count() };
    let mut call = Invocation { command, args: Vec::new(), flags: Vec::new() };
    let mut words = words.iter().skip(skip);
    let mut only_args = false;
    while let Some(word) = words.next() {
        match word.strip_prefix('-').filter(|rest| !only_args && !rest.is_empty()) {
            None => call.args.push(word.clone()),
            Some("-") => only_args = true,
            Some("h") => call.flags.push(("help", String::new())),
            Some(rest) => {
                let (name, given) = match rest.trim_start_matches('-').split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (rest.trim_start_matches('-'), None),
                };
                let flag = flag(command, word, name)?;
                let value = match (flag.value, given) {
                    (None, None) => String::new(),
                    (None, Some(_)) => return Err(usage(format!("`--{name}` takes no value"), command.name)),
                    (Some(_), Some(value)) => value,
                    (Some(what), None) => words.next().cloned().ok_or_else(|| {
                        usage(format!("`--{name}` needs a value: `--{name} <{what}>`"), command.name)
                    })?,
                };
                call.flags.push((flag.name, value));
            }
        }
    }
    if !call.has("help") {
        count(&call)?;
    }
    Ok(call)
}

fn find(commands: &'static [Command], named: &[&str]) -> Result<&'static Command> {
    // the longest name wins: `migrate up` before `migrate`
    for words in (1..=named.len()).rev() {
        let name = named.get(..words).unwrap_or_default().join(" ");
        if let Some(command) = commands.iter().find(|c| c.name == name) {
            return Ok(command);
        }
    }
    let Some(first) = named.first() else {
        return commands.first().ok_or_else(|| usage("there are no commands".to_owned(), ""));
    };
    let group: Vec<&str> =
        commands.iter().map(|c| c.name).filter(|n| n.split(' ').next() == Some(first)).collect();
    if !group.is_empty() {
        let lasts = group.iter().filter_map(|n| n.split_once(' ').map(|(_, last)| last));
        let second = named.get(1).copied();
        let near =
            second.and_then(|s| nearest(s, lasts.clone())).map(|n| format!("did you mean `{first} {n}`?"));
        let hint =
            near.unwrap_or_else(|| format!("`{first}` takes {}", lasts.collect::<Vec<_>>().join(", ")));
        let message = second.map_or_else(
            || format!("`{first}` needs a second word"),
            |s| format!("there is no command `{first} {s}`"),
        );
        return Err(usage(message, "").hint(hint));
    }
    let near =
        nearest(first, commands.iter().flat_map(|c| [c.name, c.name.split(' ').next().unwrap_or(c.name)]));
    let hint =
        near.map_or_else(|| "`help` lists the commands".to_owned(), |n| format!("did you mean `{n}`?"));
    Err(usage(format!("there is no command `{first}`"), "").hint(hint))
}

fn flag(command: &'static Command, word: &str, name: &str) -> Result<&'static Flag> {
    let known = || command.flags.iter().chain(COMMON);
    known().find(|f| f.name == name && word.starts_with("--")).ok_or_else(|| {
        let near = nearest(name, known().map(|f| f.name)).map(|n| format!("did you mean `--{n}`?"));
        let all = || {
            format!("it takes {}", known().map(|f| format!("--{}", f.name)).collect::<Vec<_>>().join(", "))
        };
        usage(format!("`{}` has no option `{word}`", command.name), command.name)
            .hint(near.unwrap_or_else(all))
    })
}

fn count(call: &Invocation) -> Result<()> {
    let args = call.command.args;
    if let Some(missing) = args.iter().skip(call.args.len()).find(|a| a.required) {
        return Err(usage(
            format!("`{}` needs <{}>: {}", call.command.name, missing.name, missing.about),
            call.command.name,
        ));
    }
    let open = args.iter().any(|a| a.rest);
    match call.args.get(args.len()).filter(|_| !open) {
        Some(extra) => Err(usage(
            format!("`{}` cannot do anything with `{extra}`", call.command.name),
            call.command.name,
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::table::COMMANDS;
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }
    fn refused(line: &str) -> String {
        let e = parse(COMMANDS, &words(line)).err().unwrap();
        format!("{}: {}", e.message(), e.hint_text().unwrap_or_default())
    }

    #[test]
    fn words_find_their_command() {
        for (line, name) in [
            ("", "serve"),
            ("--json", "serve"),
            ("migrate up", "migrate up"),
            ("record list Post", "record list"),
            ("db reset --skip-seed", "db reset"),
        ] {
            assert_eq!(parse(COMMANDS, &words(line)).unwrap().command.name, name, "{line}");
        }
        let call = parse(COMMANDS, &words("record list Post --filter a=b --filter=c=d --json")).unwrap();
        assert_eq!(call.values("filter").collect::<Vec<_>>(), ["a=b", "c=d"]);
        assert_eq!(call.args, ["Post"]);
        let call = parse(COMMANDS, &words("record get Post --json -- -x")).unwrap();
        assert_eq!(call.args, ["Post", "-x"]);
        assert!(call.has("json"));
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        assert_eq!(refused("sevre"), "there is no command `sevre`: did you mean `serve`?");
        assert_eq!(refused("migrate upp"), "there is no command `migrate upp`: did you mean `migrate up`?");
        assert!(refused("migrate").starts_with("`migrate` needs a second word: `migrate` takes "));
        assert_eq!(refused("routes --jsno"), "`routes` has no option `--jsno`: did you mean `--json`?");
        assert!(refused("inspect").starts_with("`inspect` needs <resource>"));
        assert!(refused("routes now").starts_with("`routes` cannot do anything with `now`"));
        assert!(refused("routes --json=yes").starts_with("`--json` takes no value"));
        assert!(refused("record list Post --filter").starts_with("`--filter` needs a value"));
    }
}
