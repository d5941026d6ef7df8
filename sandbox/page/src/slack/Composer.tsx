import { useRef } from "react";
import { useDraft } from "../store/useDraft";
import { useAsync } from "../ui/useAsync";
import { encode } from "./encode";
import { usePeople } from "./People";
import { useSender } from "./Sender";

interface Props {
  channel: string;
  label: string;
  threadTs?: string;
  /** Only members write. */
  outside?: boolean;
}

/** Where the acting person writes; a line that starts with `/` is a command. Nothing written here ever goes to X. */
export function Composer({ channel, label, threadTs, outside = false }: Props) {
  const { user, send } = useSender();
  const [text, setText] = useDraft(`slack:${user}:${channel}:${threadTs ?? ""}`);
  const [busy, run] = useAsync();
  const people = usePeople();
  const names = { users: people.all, channels: people.channels };
  const box = useRef<HTMLTextAreaElement>(null);

  const submit = async () => {
    const written = text.trim();
    if (!written) return;
    const sent = await run(async () => {
      const command = /^(\/\S+)\s*([^]*)$/.exec(written);
      if (command) await send("command", { channel, command: command[1], text: command[2] });
      else
        await send("message", { channel, text: encode(written, names), ...(threadTs ? { thread_ts: threadTs } : {}) });
    });
    if (sent) setText("");
    box.current?.focus();
  };

  if (outside) return <p className="composer composer--outside">You are not in this channel, so you can only read.</p>;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            void submit();
          }
        }}
      />
      <button type="submit" className="composer__send" disabled={!text.trim() || busy} aria-busy={busy || undefined}>
        Send
      </button>
    </form>
  );
}
