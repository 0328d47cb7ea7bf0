//! A connection that goes dead without a word, as when a machine or a network on the way is gone.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on; those that were there when it is cut stay open and silent, and new ones pass.
pub struct Cable {
    pub port: u16,
    cut: watch::Sender<usize>,
}

impl Cable {
    /// To a port of this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (cut, cuts) = watch::channel(0);
        let cable = Self { port: listener.local_addr().unwrap().port(), cut };
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass_on(near, port, cuts.clone()));
            }
        });
        cable
    }

    /// Silences the connections that there are.
    pub fn cut(&self) {
        self.cut.send_modify(|times| *times += 1);
    }
}

async fn pass_on(mut near: TcpStream, port: u16, mut cuts: watch::Receiver<usize>) {
    cuts.mark_unchanged();
    let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = cuts.changed() => {
            // The near end hears nothing of it. The server would, by its own probes, within a minute; here at once, or
            // hundreds of cuts would take up all the connections that it allows.
            drop(far);
            std::future::pending::<()>().await;
        }
    }
}
