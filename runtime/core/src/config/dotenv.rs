//! The lines of a `.env` file: `NAME=value`, `export NAME=value`, quotes, comments.

/// A variable of the file, with its line from 1; or the line that is none.
pub(super) type Line = (usize, Result<(String, String), String>);

/// Reads a `.env` file.
pub(super) fn parse(text: &str) -> Vec<Line> {
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1usize..);
    let meant = lines
        .map(|(line, number)| (number, line.trim()))
        .filter(|(_, l)| !l.is_empty() && !l.starts_with('#'));
    meant.map(|(number, line)| (number, variable(exported(line)))).collect()
}

/// The line without its `export`.
fn exported(line: &str) -> &str {
    match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    }
}

fn variable(line: &str) -> Result<(String, String), String> {
    let Some((name, value)) = line.split_once('=') else {
        return Err("a line of a `.env` file has the form NAME=value".to_owned());
    };
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        // not the name itself: the end of a secret of several lines stands there too
        return Err("what stands before the `=` is not the name of a variable: letters, digits and `_` only"
            .to_owned());
    }
    Ok((name.to_owned(), unquote(value.trim())?))
}

fn unquote(value: &str) -> Result<String, String> {
    let mut chars = value.chars();
    match chars.next() {
        Some(quote @ ('"' | '\'')) => {
            let mut out = String::new();
            while let Some(c) = chars.next() {
                match c {
                    c if c == quote => {
                        let rest = chars.as_str().trim();
                        let fine = rest.is_empty() || rest.starts_with('#');
                        return if fine {
                            Ok(out)
                        } else {
                            Err("there is text after the closing quote".to_owned())
                        };
                    }
                    '\\' if quote == '"' => match chars.next() {
                        Some('n') => out.push('\n'),
                        Some('t') => out.push('\t'),
                        Some(c) => out.push(c),
                        None => break,
                    },
                    c => out.push(c),
                }
            }
            Err(format!("the closing {quote} is missing"))
        }
        // a comment begins at ` #`, so that `#` may be part of a value
        _ => Ok(value.split(" #").next().unwrap_or(value).trim_end().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn every_form_of_a_line() {
        let text = "# comment\n\nA=1\nexport B = two words # said\nC=\"a\\n\\\"b\\\" #\" # x\nD='raw\\n'\nE=a#b\nF=\n";
        let read: Vec<_> = parse(text)
            .into_iter()
            .map(|(n, l)| (n, l.unwrap()))
            .map(|(n, (k, v))| format!("{n} {k}={v}"))
            .collect();
        assert_eq!(read, ["3 A=1", "4 B=two words", "5 C=a\n\"b\" #", "6 D=raw\\n", "7 E=a#b", "8 F="]);
        assert!(parse("export\tA=1").iter().all(|(_, l)| l.as_ref().is_ok_and(|(name, _)| name == "A")));
        let said = parse("A=\"x\nhunter 2==\"").into_iter().filter_map(|(_, l)| l.err()).collect::<String>();
        assert!(!said.is_empty() && !said.contains("hunter"), "{said}");
        for wrong in ["just words", "A=\"open", "A='x' y", "A B=1", "=1"] {
            assert!(parse(wrong).first().is_some_and(|(_, l)| l.is_err()), "{wrong}");
        }
    }
}
