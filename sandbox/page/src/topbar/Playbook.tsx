import { useState } from "react";
import { post } from "../api";
import { ConfirmDialog } from "../slack/blocks/ConfirmDialog";
import type { Playbooks, TextObject } from "../types";
import { Icon } from "../ui/Icon";
import { useToast } from "../ui/Toasts";
import { useAsync } from "../ui/useAsync";
import { PlaybookDrawer } from "./PlaybookDrawer";

interface Props {
  playbooks: Playbooks | null;
  refresh: () => void;
}

const EDITED = "(edited)";
const plain = (text: string): TextObject => ({ type: "plain_text", text });
const REPLACE = {
  title: plain("Replace what you edited?"),
  text: plain("The desk's playbook was changed by hand. The one that you choose takes its place, and the changes are lost."),
  confirm: plain("Replace it"),
  deny: plain("Keep mine"),
  style: "danger" as const,
};

/** Which playbook the desk follows, and a drawer in which to change it. */
export function Playbook({ playbooks, refresh }: Props) {
  const [asking, setAsking] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<string | null>(null);
  const [busy, run] = useAsync();
  const say = useToast();
  if (!playbooks || (playbooks.shipped.length === 0 && playbooks.text === null)) return null;

  const { shipped, chosen, name, text } = playbooks;
  const unsaved = draft !== null && draft !== text;
  const choose = (file: string) => {
    setAsking(null);
    void run(async () => {
      await post("/control/playbook", { file });
      setDraft(null);
      refresh();
      const title = shipped.find((one) => one.file === file)?.name ?? file;
      say("info", `The desk follows “${title}” within seconds, for the cases that are new from then on.`);
    });
  };
  const save = () =>
    void run(async () => {
      await post("/control/playbook/text", { text: draft ?? "" });
      setDraft(null);
      refresh();
      say("info", "Saved. The desk follows within seconds; if something is wrong with it, #desk-admin is told.");
    });

  return (
    <div className="playbook">
      <label htmlFor="playbook">Playbook</label>
      <select
        id="playbook"
        className="field field--select"
        disabled={busy || shipped.length === 0}
        value={chosen ?? EDITED}
        title={shipped.find(({ file }) => file === chosen)?.description || undefined}
        onChange={({ target: { value } }) => (chosen === null || unsaved ? setAsking(value) : choose(value))}
      >
        {chosen === null && (
          <option value={EDITED} disabled>
            {name === null ? "None" : `${name} ${EDITED}`}
          </option>
        )}
        {shipped.map((one) => (
          <option key={one.file} value={one.file}>
            {one.name}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="bar-button"
        aria-expanded={open}
        aria-label="Edit the playbook"
        title={unsaved ? "Edit the playbook (not saved yet)" : "Edit the playbook"}
        onClick={() => setOpen(!open)}
      >
        <Icon name="pen" size={14} />
        {unsaved && <span className="playbook__unsaved" />}
      </button>
      {open && (
        <PlaybookDrawer
          text={draft ?? text ?? ""}
          unsaved={unsaved}
          busy={busy}
          onType={setDraft}
          onSave={save}
          onRevert={() => setDraft(null)}
          onClose={() => setOpen(false)}
        />
      )}
      {asking && (
        <ConfirmDialog whole confirm={REPLACE} onConfirm={() => choose(asking)} onDeny={() => setAsking(null)} />
      )}
    </div>
  );
}
