//! The texts of a page: those between tags, those of attributes that are read out, and the names of the numbers of pictures.

use super::TextOf;
use serde_json::Value;

/// Attributes whose values a reader sees or hears.
const READ: [&str; 2] = ["title", "aria-label"];
/// What marks elements whose text a config says.
const OF_A_CONFIG: &str = "translate=\"no\"";
/// Elements whose text is code or a name.
const AS_IT_IS: [&str; 4] = ["style", "script", "code", "pre"];
/// Keys of the numbers of pictures that are words.
const WORDS: [&str; 3] = ["title", "unit", "name"];

/// Says a text of the program or of a config.
type Say<'a> = &'a dyn Fn(&str, TextOf) -> Option<String>;

/// The page with all its texts said by `say`, which gives nothing for those that stay. Pages are well formed: this program wrote them.
pub fn translated(page: &str, tag: &str, say: Say<'_>) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    // What is marked so is a config's, up to the end of the element.
    let mut of_config: Option<&str> = None;
    while let Some(at) = rest.find('<') {
        let of = if of_config.is_some() { TextOf::Config } else { TextOf::Program };
        text(&mut out, &rest[..at], of, say);
        rest = &rest[at..];
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let (element, after) = rest.split_at(end);
        begin(&mut out, element, tag, say);
        rest = after;
        let name = name(element);
        if element.contains(OF_A_CONFIG) {
            of_config = Some(name);
        } else if element.strip_prefix("</").and_then(|end| end.strip_suffix('>')) == of_config {
            of_config = None;
        }
        if AS_IT_IS.contains(&name) {
            let end = rest.find(&format!("</{name}")).unwrap_or(rest.len());
            if element.contains("application/json") {
                out.push_str(&numbers(&rest[..end], say));
            } else {
                out.push_str(&rest[..end]);
            }
            rest = &rest[end..];
        }
    }
    text(&mut out, rest, TextOf::Program, say);
    out
}

fn name(element: &str) -> &str {
    element.trim_start_matches('<').split([' ', '>', '/']).next().unwrap_or_default()
}

fn text(out: &mut String, text: &str, of: TextOf, say: Say<'_>) {
    match say(&unescaped(text), of) {
        Some(said) => out.push_str(&escaped(&said)),
        None => out.push_str(text),
    }
}

/// The beginning of an element, with the attributes that are read in the language.
fn begin(out: &mut String, element: &str, tag: &str, say: Say<'_>) {
    let mut rest = element;
    while let Some((before, (value, after))) =
        rest.split_once("=\"").and_then(|(before, after)| Some((before, after.split_once('"')?)))
    {
        out.push_str(before);
        out.push_str("=\"");
        let key = before.rsplit(' ').next().unwrap_or_default();
        match key {
            "lang" => out.push_str(tag),
            key if READ.contains(&key) => text(out, value, TextOf::Program, say),
            _ => out.push_str(value),
        }
        out.push('"');
        rest = after;
    }
    out.push_str(rest);
}

/// The numbers of pictures with their names in the language.
fn numbers(json: &str, say: Say<'_>) -> String {
    let Ok(mut numbers) = serde_json::from_str::<Value>(json) else { return json.to_owned() };
    name_all(&mut numbers, say);
    crate::report::markup::safe_json(&numbers)
}

fn name_all(value: &mut Value, say: Say<'_>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| name_all(value, say)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(words) if WORDS.contains(&key.as_str()) => {
                        if let Some(said) = say(words, TextOf::Program) {
                            *words = said;
                        }
                    }
                    value => name_all(value, say),
                }
            }
        }
        _ => {}
    }
}

/// The signs that stand for others in markup.
const SIGNS: [(&str, &str); 5] = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];

fn unescaped(text: &str) -> String {
    SIGNS.iter().fold(text.to_owned(), |text, (sign, meant)| text.replace(sign, meant))
}

fn escaped(text: &str) -> String {
    SIGNS.iter().rev().fold(text.to_owned(), |text, (sign, meant)| text.replace(meant, sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_names_and_read_attributes_are_said_and_all_else_stays() {
        let page = "<html lang=\"en\"><style>a > b</style><p class=\"title\" title=\"a &amp; b\">a &amp; b<code>a & b</code></p>\
                    <p translate=\"no\">a<b>a</b></p><b>a</b><script type=\"application/json\">[{\"title\":\"a\",\"colour\":\"a\",\"lines\":[{\"name\":\"a\",\"value\":[1.5,null]}]}]</script>";
        let said = translated(page, "xx", &|text, of| {
            (text.starts_with('a') && of == TextOf::Program).then(|| text.replace('a', "<A>"))
        });
        assert_eq!(
            said,
            "<html lang=\"xx\"><style>a > b</style><p class=\"title\" title=\"&lt;A&gt; &amp; b\">&lt;A&gt; &amp; b<code>a & b</code></p>\
             <p translate=\"no\">a<b>a</b></p><b>&lt;A&gt;</b><script type=\"application/json\">[{\"title\":\"\\u003cA>\",\"colour\":\"a\",\"lines\":[{\"name\":\"\\u003cA>\",\"value\":[1.5,null]}]}]</script>"
        );
    }

    #[test]
    fn what_is_said_as_it_is_changes_nothing() {
        let page = "a < b <p x=\"1\">&#39;</p> > c";
        assert_eq!(
            translated(page, "en", &|text, _| Some(text.to_owned())).replace("&lt;", "<").replace("&gt;", ">"),
            page
        );
        assert_eq!(translated(page, "en", &|_, _| None), page);
    }
}
