//! Who may ask: pages of this server, on this machine, and nobody else.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// What a page may load: what this server gives it, and pictures of its own making.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Lets requests to this port by a name of this machine pass, unless a page of another server sends them: a name that somebody else
/// points at this machine is not enough.
pub async fn guard(State(port): State<u16>, request: Request, next: Next) -> Response {
    let mut response = if is_own(request.headers(), port) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this page is for this machine alone\n").into_response()
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether a request names this server, and comes from its own page if it comes from any.
fn is_own(headers: &HeaderMap, port: u16) -> bool {
    let one = |name: HeaderName| -> Option<Option<&str>> {
        let mut all = headers.get_all(name).iter();
        match (all.next(), all.next()) {
            (None, _) => Some(None),
            (Some(value), None) => Some(Some(value.to_str().ok()?)),
            // Two of them are the work of somebody who means harm.
            _ => None,
        }
    };
    let Some(Some(host)) = one(header::HOST) else { return false };
    let is_here = |host: &str| {
        let (name, given) = host.rsplit_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
        let right = given.map_or(port == 80, |given| given.parse() == Ok(port));
        right && (name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1")
    };
    let own_origin =
        |origin: &str| origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host));
    is_here(host) && one(header::ORIGIN).is_some_and(|origin| origin.is_none_or(own_origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(headers: &[(HeaderName, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        is_own(&map, 8080)
    }

    #[test]
    fn a_name_of_this_machine_with_the_port_passes_and_nothing_else() {
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080"] {
            assert!(own(&[(header::HOST, host)]), "{host}");
        }
        for host in ["127.0.0.1", "127.0.0.1:80", "evil.example:8080", "localhost.evil.example:8080", "", "[::1]:8080"]
        {
            assert!(!own(&[(header::HOST, host)]), "{host}");
        }
        assert!(!own(&[]));
        assert!(!own(&[(header::HOST, "localhost:8080"), (header::HOST, "evil.example:8080")]));
    }

    #[test]
    fn a_page_of_another_server_is_refused() {
        let with = |origin: &str| own(&[(header::HOST, "localhost:8080"), (header::ORIGIN, origin)]);
        assert!(with("http://localhost:8080"));
        for origin in
            ["http://evil.example", "null", "https://localhost:8080", "http://localhost:8081", "http://127.0.0.1:8080"]
        {
            assert!(!with(origin), "{origin}");
        }
    }
}
