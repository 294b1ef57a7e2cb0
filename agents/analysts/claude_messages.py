"""The sentences that tell a person why Claude wrote no report, and what to do about it."""

from dataclasses import dataclass

from agents.analysts.claude_failures import Failure, quoted


@dataclass(frozen=True)
class Asked:
    """What the sentences name. `host` comes without credentials; `key` is there to be taken out of quotes."""

    model: str
    host: str
    key: str
    connect_timeout_s: float
    read_timeout_s: float


STATUS_TEXTS = {
    401: "The API key was refused (401). Check ANTHROPIC_API_KEY.",
    402: "There is no credit left for this request (402). Add credit in the Claude Console.",
    403: "The API key may not use the model {model} (403). Check the key's workspace and its permissions.",
    404: "{host} does not know the model {model} (404). Check the model in the agent's configuration,"
    " and ANTHROPIC_BASE_URL if it is set.",
    413: "The request was too large (413). Let the agent's steps print less.",
    429: "Too many requests (429). Try again later, or raise the rate limit of the API key's organisation.",
    529: "The Claude API is overloaded (529). Try again later.",
}


def explain(failure: Failure, asked: Asked, attempts: int) -> str:
    """The whole message. Words of the other side are quoted, bounded and without the key."""
    text = _status(failure, asked) if failure.kind == "status" else _no_answer(failure, asked)
    if attempts > 1:
        text += f" It was tried {attempts} times."
    if failure.retry_after_s:
        text += f" The server asks to wait {failure.retry_after_s:.0f} s."
    if detail := quoted(failure.detail, asked.key):
        text += f" What came back: “{detail}”"
    if failure.request_id:
        text += f" (request {failure.request_id})"
    return text


def headline(failure: Failure, asked: Asked) -> str:
    """The first sentence, for the log line of an attempt that is followed by another."""
    text = _status(failure, asked) if failure.kind == "status" else _no_answer(failure, asked)
    return text.split(". ")[0].rstrip(".") + "."


def _status(failure: Failure, asked: Asked) -> str:
    if failure.is_spend_limit and failure.error_code:
        return (
            f"A spend limit is reached ({failure.status}, {failure.error_code})."
            " Raise it in the Claude Console, or wait until it is counted anew."
        )
    if text := STATUS_TEXTS.get(failure.status):
        return text.format(model=asked.model, host=asked.host)
    if failure.status >= 500:
        return f"The Claude API failed ({failure.status}). Try again later."
    return f"{asked.host} refused the request ({failure.status}). Check model, effort and max_tokens."


def _no_answer(failure: Failure, asked: Asked) -> str:
    check = "Check the network, and ANTHROPIC_BASE_URL if it is set."
    match failure.kind:
        case "address":
            return "ANTHROPIC_BASE_URL is not the address of a server. Give http(s)://host[:port]."
        case "name":
            return f"The name {asked.host} could not be resolved. {check}"
        case "refused":
            return f"{asked.host} refused the connection. Check ANTHROPIC_BASE_URL and that its server runs."
        case "certificate":
            return f"The TLS certificate of {asked.host} was not accepted. {check}"
        case "connect_timeout":
            return f"No connection to {asked.host} within {asked.connect_timeout_s:g} s. {check}"
        case "silence":
            return f"{asked.host} sent nothing for {asked.read_timeout_s:g} s. Try again later."
        case "malformed":
            return f"{asked.host} sent what the Messages API never sends. Check ANTHROPIC_BASE_URL."
        case _:
            return f"The connection to {asked.host} broke before the answer was whole. {check}"
