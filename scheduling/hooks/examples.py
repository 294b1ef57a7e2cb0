"""How to post to a hook from a shell, as its scheme wants it."""

from scheduling.models import Scheme

BODY = '{"status": "firing"}'

STANDARD = """\
SECRET={secret} ID=msg_$(date +%s) NOW=$(date +%s) BODY='{body}'
KEY=$(printf %s "${{SECRET#whsec_}}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$NOW.$BODY" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl {url} -H "Content-Type: application/json" -d "$BODY" \\
     -H "webhook-id: $ID" -H "webhook-timestamp: $NOW" -H "webhook-signature: v1,$SIGNATURE"
"""
GITHUB = """\
SECRET={secret} BODY='{body}'
SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d ' ' -f 1)
curl {url} -H "Content-Type: application/json" -d "$BODY" -H "X-Hub-Signature-256: sha256=$SIGNATURE"
"""
BEARER = """\
curl {url} -H "Content-Type: application/json" -d '{body}' -H "Authorization: Bearer {secret}"
"""
EXAMPLES = {Scheme.STANDARD.value: STANDARD, Scheme.GITHUB.value: GITHUB, Scheme.BEARER.value: BEARER}


def curl_example(scheme: str, url: str, secret: str) -> str:
    return EXAMPLES[scheme].format(url=url, secret=secret, body=BODY)
