"""An SMTP server that takes mails over TLS alone, and from one user alone: PORT FOLDER CERTIFICATE KEY USER PASSWORD."""

import asyncio
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult

port, folder, certificate, key, user, password = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


def known(_server, _session, _envelope, _mechanism, login):
    right = (login.login, login.password) == (user.encode(), password.encode())
    return AuthResult(success=right, handled=False)


def serve():
    return SMTP(
        Mailbox(folder), tls_context=context, require_starttls=True, auth_required=True, authenticator=known
    )


async def main():
    server = await asyncio.get_running_loop().create_server(serve, "localhost", int(port))
    await server.serve_forever()


asyncio.run(main())
