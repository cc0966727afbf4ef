"""Nodemailer's smtp-server from npm: few concurrent clients, authentication, TLS."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from servers import free_port, wait_for_port

from smtp_servers.backend import BUSY, UNKNOWN, Backend
from smtp_servers.certificates import Certificates
from smtp_servers.node import node_modules
from smtp_servers.setting import Setting, Start

PROGRAM = """
const { SMTPServer } = require('smtp-server')
const { appendFileSync, readFileSync } = require('node:fs')
const [port, stored, pem, options] = process.argv.slice(1)
function refusal(code, words) { return Object.assign(new Error(words), { responseCode: code }) }
const server = new SMTPServer({
  key: readFileSync(pem), cert: readFileSync(pem), logger: false,
  onAuth(auth, _session, done) {
    const known = auth.username === 'news' &&
      (auth.method === 'CRAM-MD5' ? auth.validatePassword('secret') : auth.password === 'secret')
    done(known ? null : new Error('unknown login'), known ? { user: 'news' } : undefined)
  },
  onRcptTo({ address }, _session, done) {
    if (address.startsWith('UNKNOWN')) return done(refusal(550, 'no such user'))
    if (address.startsWith('BUSY')) return done(refusal(451, 'mailbox busy'))
    done()
  },
  onData(stream, session, done) {
    const parts = []
    stream.on('data', (part) => parts.push(part))
    stream.on('end', () => {
      const content = Buffer.concat(parts).toString('latin1')
      for (const { address } of session.envelope.rcptTo)
        appendFileSync(stored, JSON.stringify({ recipient: address, content }) + '\\n')
      done(null, 'kept')
    })
  },
  ...JSON.parse(options),
})
server.on('error', () => {})
server.listen(Number(port), '127.0.0.1')
""".replace("UNKNOWN", UNKNOWN).replace("BUSY", BUSY)


def smtp_server(**options: object) -> Start:
    """A server with these options."""

    @contextmanager
    def start(backend: Backend, certificates: Certificates) -> Iterator[int]:
        port = free_port()
        arguments = [str(port), str(backend.file), str(certificates.server), json.dumps(options)]
        process = subprocess.Popen(
            ["node", "-e", PROGRAM, *arguments], cwd=node_modules("smtp-server").parent
        )
        try:
            wait_for_port(port)
            yield port
        finally:
            process.kill()
            process.wait(30)

    return start


LOGIN = {"username": "news", "password": "secret"}
FREE = {"authOptional": True, "disabledCommands": ["STARTTLS"]}
SETTINGS = [
    Setting(name="as it comes", start=smtp_server(**FREE)),
    Setting(name="2 clients at once", start=smtp_server(**FREE, maxClients=2)),
    Setting(
        name="LOGIN by TLS",
        start=smtp_server(authMethods=["LOGIN"]),
        options={"security": "starttls", **LOGIN},
    ),
    Setting(
        name="CRAM-MD5 only",
        start=smtp_server(authMethods=["CRAM-MD5"], disabledCommands=["STARTTLS"]),
        options=LOGIN,
    ),
]
