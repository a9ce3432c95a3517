"""Mailboxes and hosts that tell nothing of a person: desks, throw-away addresses, and mail hosts open to all."""

from disposable_email_domains import blocklist

# fmt: off
ROLES = frozenset({
    "abuse", "accounting", "accounts", "admin", "administrator", "billing", "booking", "bookings", "buchhaltung",
    "careers", "compras", "comptabilite", "contact", "contacto", "contacts", "contato", "customerservice", "einkauf",
    "enquiries", "enquiry", "events", "feedback", "finance", "hello", "help", "helpdesk", "hostmaster", "hr", "info",
    "information", "inquiries", "invoice", "invoices", "it", "jobs", "kontakt", "legal", "mail", "mailer-daemon",
    "marketing", "media", "newsletter", "no-reply", "nobody", "noreply", "office", "orders", "post", "postmaster",
    "press", "presse", "privacy", "purchasing", "rechnung", "reception", "recruiting", "reservations", "root", "sales",
    "security", "service", "shop", "spam", "subscribe", "support", "team", "unsubscribe", "ventas", "vertrieb",
    "verwaltung", "webmaster", "welcome",
})
"""Local parts that belong to a desk, not to a person."""

PUBLIC_HOSTS = frozenset({
    "126.com", "139.com", "163.com", "aol.com", "att.net", "bigpond.com", "bluewin.ch", "bol.com.br", "btinternet.com",
    "comcast.net", "cox.net", "daum.net", "earthlink.net", "fastmail.com", "fastmail.fm", "foxmail.com", "free.fr",
    "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hey.com",
    "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "hushmail.com",
    "icloud.com", "inbox.ru", "interia.pl", "laposte.net", "libero.it", "list.ru", "live.ca", "live.co.uk", "live.com",
    "live.fr", "live.nl", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "ntlworld.com", "o2.pl",
    "online.de", "onet.pl", "optonline.net", "orange.fr", "outlook.com", "outlook.de", "outlook.es", "outlook.fr",
    "pm.me", "posteo.de", "proton.me", "protonmail.com", "qq.com", "rambler.ru", "rediffmail.com", "sbcglobal.net",
    "seznam.cz", "sfr.fr", "shaw.ca", "sina.com", "sky.com", "t-online.de", "talktalk.net", "telenet.be",
    "terra.com.br", "tiscali.it", "tutanota.com", "ukr.net", "uol.com.br", "verizon.net", "virgilio.it",
    "virginmedia.com", "wanadoo.fr", "web.de", "wp.pl", "xs4all.nl", "yahoo.ca", "yahoo.co.in", "yahoo.co.jp",
    "yahoo.co.uk", "yahoo.com",
    "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com",
    "ziggo.nl", "zoho.com",
})
"""Hosts where anyone may have a mailbox, so that sharing one says nothing; the rest belong to an organisation."""
# fmt: on


def is_role(local: str) -> bool:
    """Whether a local part names a desk, with a tag or without."""
    return local in ROLES or ("+" in local and local.partition("+")[0] in ROLES)


def is_disposable(host: str) -> bool:
    """Whether mailboxes of a host, or of one above it, are thrown away after use."""
    while host:
        if host in blocklist:
            return True
        host = host.partition(".")[2]
    return False
