import { useCallback, useRef, useState } from "react";
import { PeopleProvider } from "./slack/People";
import { SenderProvider } from "./slack/Sender";
import { SlackPane } from "./slack/SlackPane";
import { useHash } from "./store/useHash";
import { useSandbox } from "./store/useSandbox";
import { TopBar } from "./topbar/TopBar";
import type { User } from "./types";
import { ClockProvider } from "./ui/clock";
import { LinkContext, target } from "./ui/links";
import { type Choice, ThemeContext, useTheme } from "./ui/theme";
import { ToastProvider, useToast } from "./ui/Toasts";
import { XPane } from "./x/XPane";

function Page({ choice, onChoice }: { choice: Choice; onChoice: (choice: Choice) => void }) {
  const [user, setUser] = useHash("as", "U0ASHA");
  const [channel, setChannel] = useHash("in", "C0SUPPORT");
  const [thread, setThread] = useState<string | null>(null);
  const [timeLine, setTimeLine] = useState(false);
  const [seekMessage, setSeekMessage] = useState<string | null>(null);
  const [seekPost, setSeekPost] = useState<{ id: string; at: number } | null>(null);
  const [deepLink, setDeepLink] = useState<{ text: string; at: number } | null>(null);
  const sandbox = useSandbox(user);
  const { slack, x, refresh } = sandbox;
  const say = useToast();

  const known = useRef<User[]>([]);
  if (slack) known.current = slack.users;

  const openChannel = useCallback(
    (id: string) => {
      setThread(null);
      setSeekMessage(null);
      setChannel(id);
    },
    [setChannel],
  );
  const brand = x?.account.id;
  const openLink = useCallback(
    (url: string) => {
      const found = target(url);
      if (found.kind === "dm" && found.to === brand) {
        setDeepLink({ text: found.text, at: Date.now() });
      } else if (found.kind === "post") {
        setSeekPost({ id: found.id, at: Date.now() });
        say("info", `Shown at the right, if it is there. In real life this opens ${url}`);
      } else if (found.kind === "message") {
        openChannel(found.channel);
        setThread(found.thread);
        setSeekMessage(found.ts);
      } else {
        say("info", `The sandbox opens no other site. In real life this opens ${url}`);
      }
    },
    [say, openChannel, brand],
  );
  const refreshSlack = useCallback(() => refresh("slack"), [refresh]);
  const wound = useCallback(() => refresh("clock", "slack", "x"), [refresh]);
  const refreshX = useCallback(() => refresh("x"), [refresh]);

  return (
    <ClockProvider offset={sandbox.offset} onWound={wound}>
      <LinkContext.Provider value={openLink}>
        <TopBar
          sandbox={sandbox}
          users={known.current}
          user={user}
          onUser={setUser}
          choice={choice}
          onChoice={onChoice}
        />
        <main className="panes">
          <section className="slack-pane" aria-label="Slack">
            {slack ? (
              <PeopleProvider state={slack}>
                <SenderProvider user={user} refresh={refreshSlack}>
                  <SlackPane
                    key={user}
                    state={slack}
                    channelId={channel}
                    threadTs={thread}
                    seek={seekMessage}
                    onChannel={openChannel}
                    onThread={setThread}
                    timeLine={timeLine}
                    onTimeLine={setTimeLine}
                  />
                </SenderProvider>
              </PeopleProvider>
            ) : (
              <p className="empty">{sandbox.link === "down" ? "The sandbox server does not answer." : "Loading…"}</p>
            )}
          </section>
          <section className="x-pane" aria-label="X">
            {x ? <XPane state={x} seek={seekPost} deepLink={deepLink} refresh={refreshX} /> : <p className="empty">Loading…</p>}
          </section>
        </main>
      </LinkContext.Provider>
    </ClockProvider>
  );
}

export function App() {
  const { theme, choice, choose } = useTheme();
  return (
    <ThemeContext.Provider value={theme}>
      <ToastProvider>
        <Page choice={choice} onChoice={choose} />
      </ToastProvider>
    </ThemeContext.Provider>
  );
}
