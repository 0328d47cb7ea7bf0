//! E-mails by SMTP, through the server that the operator names.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use lettre::message::{Mailbox, MultiPart, header};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::moderator::Email;
use crate::ports::mailer::{Mail, Mailer, Unsent};

/// How long a server may take to be ready for a mail, and to take it over.
const PATIENCE: Duration = Duration::from_secs(30);
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Which server, and as whom.
#[derive(Debug)]
pub struct Settings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User name and password.
    pub login: Option<(String, SecretString)>,
    pub from: Email,
}

/// How what is sent is kept from others on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said; a server without it gets no mail.
    StartTls,
    None,
}

/// One connection a mail: there are few.
#[derive(Debug)]
pub struct SmtpMailer {
    settings: Settings,
    from: Mailbox,
}

impl SmtpMailer {
    /// # Errors
    /// No mail can come from this address.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let address: Address = settings.from.as_str().parse().map_err(|error| format!("{}: {error}", settings.from))?;
        Ok(Self { settings, from: Mailbox::new(Some("Tamis".to_owned()), address) })
    }

    /// A connection on which the server waits for a mail.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let Settings { host, port, security, login, .. } = &self.settings;
        let hello = ClientId::Domain(self.from.email.domain().to_owned());
        let tls = match security {
            Security::None => None,
            _ => Some(TlsParameters::new(host.clone())?),
        };
        let (first, then) = if *security == Security::Tls { (tls, None) } else { (None, tls) };
        let server = (host.as_str(), *port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(PATIENCE), &hello, first, None).await?;
        if let Some(tls) = then {
            connection.starttls(tls, &hello).await?;
        }
        if let Some((user, password)) = login {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            connection.auth(&MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    fn message(&self, mail: &Mail) -> Result<Message, lettre::error::Error> {
        let to = mail.to.as_str().parse::<Address>().map_err(|_| lettre::error::Error::EmailMissingDomain)?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.letter.subject.as_str())
            .date(mail.at.try_into().unwrap_or(SystemTime::UNIX_EPOCH))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(mail.letter.text.clone(), mail.letter.html.clone()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), Unsent> {
        let message = self.message(mail).map_err(|_| never("the address cannot be written to"))?;
        let connected = tokio::time::timeout(PATIENCE, self.connect()).await;
        let mut connection = connected.map_err(|_| silent(true))?.map_err(|error| unsent(&error, true))?;
        let formatted = message.formatted();
        let sending = tokio::time::timeout(PATIENCE, connection.send(message.envelope(), &formatted)).await;
        sending.map_err(|_| silent(false))?.map_err(|error| unsent(&error, error.is_transient()))?;
        // The mail is taken over, whether or not the server says good-bye.
        let _ = tokio::time::timeout(PATIENCE, connection.quit()).await;
        Ok(())
    }
}

/// What a server says may hold the address, so its code alone is told.
fn unsent(error: &Error, again: bool) -> Unsent {
    let why = match error.status() {
        // RFC 4954: the credentials are wrong.
        Some(code) if u16::from(code) == 535 => {
            "the mail server does not take `mail.user` with this password (535)".to_owned()
        }
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_response() || error.is_client() => "the mail server does not speak as it should".to_owned(),
        None => format!("the mail server: {}", root(error)),
    };
    Unsent { why, again }
}

fn silent(again: bool) -> Unsent {
    Unsent { why: format!("the mail server did not answer within {} seconds", PATIENCE.as_secs()), again }
}

fn never(why: &str) -> Unsent {
    Unsent { why: why.to_owned(), again: false }
}

/// The innermost cause: the operating system's, or that of TLS.
fn root(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map_or_else(String::new, ToString::to_string)
}

/// By it vacation replies know that nobody would read them (RFC 3834).
#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
