"""Which addresses nothing of ours connects to, whoever names them.

Private and loopback addresses are allowed: a home's own services stand there. What is refused serves no
notification, and can give away a cloud machine's credentials or reach a whole network at once. Standard
library only: a process that imports no Django uses it as well.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Where clouds answer their own machines with credentials, outside of the link-local range.
METADATA = frozenset(
    map(
        ip_address,
        (
            "100.100.100.200",  # Alibaba
            "100.88.222.5",  # Tencent
            "168.63.129.16",  # Azure
            "192.0.0.192",  # Oracle
            "fd00:ec2::254",  # Amazon
            "fd00:42::42",  # Scaleway
            "fd20:ce::254",  # Google
        ),
    )
)
_NAT64 = ip_network("64:ff9b::/96")
_THIS_NETWORK = ip_network("0.0.0.0/8")  # Linux takes it for the machine itself


class AddressRefused(OSError):
    """A connection failure, as far as any library can tell."""


def refusal_of(text: str) -> str:
    """Why nothing may connect to the IP address `text`; "" if it may. Raises ValueError for a name."""
    address = ip_address(text.partition("%")[0])
    for shown in (address, *_embedded(address)):
        if reason := _reason(shown):
            return f"{text} is {reason}: nothing is sent there."
    return ""


def _reason(address: Address) -> str:
    if address in METADATA:
        return "a cloud's metadata service"
    if address.is_link_local:
        return "a link-local address, where clouds keep their metadata service"
    if address.is_multicast:
        return "a multicast address"
    if address.is_unspecified or (address.version == 4 and address in _THIS_NETWORK):
        return "no address of a machine"
    if address.version == 4 and address.is_reserved:
        return "a reserved or broadcast address"
    return ""


def _embedded(address: Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or 1 << 24 <= int(address) < 1 << 32:  # below: ::, ::1 and what nobody uses
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [inner for inner in found if inner is not None]
