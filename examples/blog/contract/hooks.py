"""What OpenAPI cannot say of the blog, so that the tests ask for it as it is."""

import schemathesis


def positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def nodes(predicate):
    """How many comparisons and nodes a predicate has, and how deep it is."""
    if not isinstance(predicate, dict):
        return 0, 0, 0
    inner = predicate.get("and") or predicate.get("or") or [predicate.get("not") or predicate.get("where")]
    parts = [nodes(p) for p in inner if isinstance(p, dict)]
    leaf = int("field" in predicate or "related" in predicate)
    deep = 1 + max((p[2] for p in parts), default=0)
    return leaf + sum(p[0] for p in parts), 1 + sum(p[1] for p in parts), deep


@schemathesis.hook
def filter_case(context, case):
    # Limits over a whole predicate: 32 comparisons, 64 nodes, 16 levels (422).
    if isinstance(case.body, dict):
        comparisons, all_nodes, deep = nodes(case.body.get("filter"))
        if comparisons > 32 or all_nodes > 64 or deep > 16:
            return False
    query = case.query or {}
    # Limits over several parameters: 32 comparisons, and a page is either after a cursor or has a number (422).
    if sum(name.startswith("filter[") for name in query) > 32:
        return False
    if "page[number]" in query and "page[after]" in query:
        return False
    # Cursors are authenticated: one that is made up is 422, whatever it looks like.
    if positive(case) and "page[after]" in query:
        return False
    # A list of one empty text and an empty list are one and the same in a URL.
    lists = ("[in]", "[nin]", "include", "fields", "sort")
    return not any(name.endswith(lists) and value in ("", [], [""]) for name, value in query.items())


def as_written(value):
    """JSON Schema takes 4.0 for an integer; this API reads it as what it is, a number with a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if isinstance(value, list):
        return [as_written(v) for v in value]
    if isinstance(value, dict):
        return record({k: as_written(v) for k, v in value.items()})
    return value


def shouts(text):
    letters = sum(c.isalpha() for c in text)
    return letters > 10 and sum(c.isupper() for c in text) * 2 > letters


def record(value):
    # `settings` is a `Json<Settings>`, whose form is known to Rust alone.
    if "settings" in value:
        value["settings"] = {"theme": "dark", "per_page": 20}
    # The rule over the whole membership.
    if value.get("level") == "patron" and value.get("fee") == 0:
        value["fee"] = 100
    # The rule of a comment's words.
    if isinstance(value.get("body"), str) and shouts(value["body"]):
        value["body"] = "calm words"
    # A cursor that is made up, in the body.
    if isinstance(value.get("page"), dict):
        value["page"].pop("after", None)
    return value


@schemathesis.hook
def map_case(context, case):
    if positive(case) and isinstance(case.body, (dict, list)):
        case.body = as_written(case.body)
    return case


@schemathesis.check
def only_references_are_refused(context, response, case):
    """What the document allows is refused with 422 only when it points to a record that is not there."""
    if not positive(case) or response.status_code != 422:
        return None
    code = response.json()["error"]["code"]
    assert code == "reference.not_found", f"valid data was refused: {code}"
    return None
