import { displayName, usePeople } from "../slack/People";
import type { Ladder, RungState, SlackMessage } from "../types";
import { useDeskNow, useOffset } from "../ui/clock";
import { exactTime, isSameDay, shortDay, span } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { WindSteps } from "../ui/WindSteps";
import { type Step, steps } from "./steps";
import { useLadder } from "./useLadder";

interface Props {
  number: number;
  /** The case's card with its thread: when it changes, so may the ladder. */
  card: SlackMessage;
  onClose: () => void;
}

const STATES: Record<RungState, string> = {
  done: "Said",
  skipped: "Skipped",
  next: "Next",
  later: "",
  quiet: "Quiet",
};

const apart = (at: Date, other: number): number => Math.abs(at.getTime() - other) / 1000;

function Targets({ targets }: { targets: string[] }) {
  const people = usePeople();
  const name = (id: string): string => {
    const [user, group, channel] = [people.user(id), people.group(id), people.channel(id)];
    if (user) return `@${displayName(user, id)}`;
    if (group) return `@${group}`;
    return channel ? `#${channel}` : id;
  };
  const named = targets.map((target) => target.replace(/\b[UWSCG][A-Z0-9]{3,}\b/g, name));
  return (
    <span className="step__targets">
      {named.map((target, number) => (
        <span key={number} className="step__target">
          {target}
        </span>
      ))}
    </span>
  );
}

/** What happens at one moment, in words. */
function Words({ step, now }: { step: Step; now: number }) {
  if (step.kind === "now") return <strong>Now</strong>;
  if (step.kind === "start") return <strong>The customer waits from here</strong>;
  if (step.kind === "due") return <strong>{step.late ? "An answer was due" : "An answer is due"}</strong>;
  const { label, targets, state, note } = step.rung;
  const soon = state === "next" && step.at.getTime() > now ? ` in ${span(apart(step.at, now))}` : "";
  return (
    <>
      <span className="step__head">
        <strong>{label}</strong>
        {STATES[state] && <span className="step__state">{STATES[state] + soon}</span>}
      </span>
      {targets.length > 0 && <Targets targets={targets} />}
      {note && <span className="step__note">{note}</span>}
    </>
  );
}

function Line({ step, start, now }: { step: Step; start: Date | null; now: number }) {
  const state = step.kind === "rung" ? step.rung.state : step.kind;
  const late = step.kind === "due" && step.late ? " step--late" : "";
  const after = start && step.kind !== "start" && step.at > start ? `+${span(apart(step.at, start.getTime()))}` : "";
  return (
    <li className={`step step--${state}${late}`} data-state={state} aria-current={step.kind === "now" ? "time" : undefined}>
      <span className="step__when">
        {!isSameDay(step.at, new Date(now)) && <span className="step__day">{shortDay(step.at)}</span>}
        <time dateTime={step.at.toISOString()}>{exactTime(step.at)}</time>
        {after && <span className="step__after">{after}</span>}
      </span>
      <span className="step__rail" aria-hidden="true">
        <span className="step__dot">
          {state === "done" && <Icon name="check" size={10} />}
          {state === "skipped" && <Icon name="close" size={12} />}
        </span>
      </span>
      <span className="step__words">
        <Words step={step} now={now} />
      </span>
    </li>
  );
}

function Summary({ ladder, now }: { ladder: Ladder; now: number }) {
  const due = ladder.due_at ? new Date(ladder.due_at) : null;
  const late = ladder.late ?? false;
  return (
    <p className="timeline__sum">
      {ladder.priority && <span className={`priority priority--${ladder.priority}`}>{ladder.priority}</span>}
      {ladder.playbook && <span className="timeline__playbook">{ladder.playbook}</span>}
      {!ladder.waiting_since && <span>No customer waits.</span>}
      {ladder.waiting_since && due && (
        <span className={late ? "timeline__late" : "timeline__due"}>
          {late ? `Late by ${span(apart(due, now))}` : `Due in ${span(apart(due, now))}`}
        </span>
      )}
    </p>
  );
}

/** The ladder of a case as a time line: who was called and who will be, with the clock to wind beside it. */
export function TimeLine({ number, card, onClose }: Props) {
  const { ladder, failure } = useLadder(number, card, useOffset());
  const now = useDeskNow(1_000);
  const lines = ladder ? steps(ladder, new Date(now)) : [];
  const start = lines.find(({ kind }) => kind === "start")?.at ?? null;
  return (
    <section className="timeline" aria-label={`Time line of case ${number}`}>
      <header className="timeline__head">
        <h3>
          <Icon name="ladder" size={14} /> Case {number}: who is called when
        </h3>
        <WindSteps />
        <button type="button" className="icon-button" aria-label="Close the time line" onClick={onClose}>
          <Icon name="close" size={14} />
        </button>
      </header>
      <div className="timeline__body" tabIndex={0} role="region" aria-label="Steps">
        {failure && (
          <p className="timeline__failure" role="alert">
            {failure.charAt(0).toUpperCase() + failure.slice(1)}
          </p>
        )}
        {!ladder && !failure && <p className="timeline__none">Loading…</p>}
        {ladder && <Summary ladder={ladder} now={now} />}
        {ladder && ladder.rungs.length === 0 && <p className="timeline__none">No step of a ladder is for this case.</p>}
        <ol className="timeline__steps">
          {lines.map((step, at) => (
            <Line key={`${step.kind}${step.kind === "rung" ? at : ""}`} step={step} start={start} now={now} />
          ))}
        </ol>
      </div>
    </section>
  );
}
