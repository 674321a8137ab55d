//! The texts of a page: those between tags, those of attributes that are read out, and the names of the numbers of pictures.

use serde_json::Value;

/// Attributes whose values a reader sees or hears.
const READ: [&str; 2] = ["title", "aria-label"];
/// Elements whose text is code or a name.
const AS_IT_IS: [&str; 4] = ["style", "script", "code", "pre"];
/// Keys of the numbers of pictures that are words.
const WORDS: [&str; 3] = ["title", "unit", "name"];

/// The page with all its texts said by `say`, which gives nothing for those that stay. Pages are well formed: this program wrote them.
pub fn translated(page: &str, tag: &str, say: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        text(&mut out, &rest[..at], say);
        rest = &rest[at..];
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let (element, after) = rest.split_at(end);
        begin(&mut out, element, tag, say);
        rest = after;
        let name = name(element);
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
    text(&mut out, rest, say);
    out
}

fn name(element: &str) -> &str {
    element.trim_start_matches('<').split([' ', '>', '/']).next().unwrap_or_default()
}

fn text(out: &mut String, text: &str, say: &mut dyn FnMut(&str) -> Option<String>) {
    match say(&unescaped(text)) {
        Some(said) => out.push_str(&escaped(&said)),
        None => out.push_str(text),
    }
}

/// The beginning of an element, with the attributes that are read in the language.
fn begin(out: &mut String, element: &str, tag: &str, say: &mut dyn FnMut(&str) -> Option<String>) {
    let mut rest = element;
    while let Some((before, (value, after))) =
        rest.split_once("=\"").and_then(|(before, after)| Some((before, after.split_once('"')?)))
    {
        out.push_str(before);
        out.push_str("=\"");
        let key = before.rsplit(' ').next().unwrap_or_default();
        match key {
            "lang" => out.push_str(tag),
            key if READ.contains(&key) => text(out, value, say),
            _ => out.push_str(value),
        }
        out.push('"');
        rest = after;
    }
    out.push_str(rest);
}

/// The numbers of pictures with their names in the language.
fn numbers(json: &str, say: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let Ok(mut numbers) = serde_json::from_str::<Value>(json) else { return json.to_owned() };
    name_all(&mut numbers, say);
    crate::report::markup::safe_json(&numbers)
}

fn name_all(value: &mut Value, say: &mut dyn FnMut(&str) -> Option<String>) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| name_all(value, say)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(words) if WORDS.contains(&key.as_str()) => {
                        if let Some(said) = say(words) {
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
                    <script type=\"application/json\">[{\"title\":\"a\",\"colour\":\"a\",\"lines\":[{\"name\":\"a\",\"value\":[1.5,null]}]}]</script>";
        let said = translated(page, "xx", &mut |text| text.starts_with('a').then(|| text.replace('a', "<A>")));
        assert_eq!(
            said,
            "<html lang=\"xx\"><style>a > b</style><p class=\"title\" title=\"&lt;A&gt; &amp; b\">&lt;A&gt; &amp; b<code>a & b</code></p>\
             <script type=\"application/json\">[{\"title\":\"\\u003cA>\",\"colour\":\"a\",\"lines\":[{\"name\":\"\\u003cA>\",\"value\":[1.5,null]}]}]</script>"
        );
    }

    #[test]
    fn what_is_said_as_it_is_changes_nothing() {
        let page = "a < b <p x=\"1\">&#39;</p> > c";
        assert_eq!(
            translated(page, "en", &mut |text| Some(text.to_owned())).replace("&lt;", "<").replace("&gt;", ">"),
            page
        );
        assert_eq!(translated(page, "en", &mut |_| None), page);
    }
}
