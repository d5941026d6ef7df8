import type { Fault } from "../types";

export interface Preset {
  label: string;
  more: string;
  fault: Omit<Fault, "id">;
  /** Ended by the page after so many seconds. */
  lasts_s?: number;
}

/** Ready-made troubles, in the words of the control API. */
export const PRESETS: { side: "slack" | "x"; title: string; presets: Preset[] }[] = [
  {
    side: "slack",
    title: "Slack",
    presets: [
      {
        label: "Slack 429 for 30 s",
        more: "Every call is told to come back later",
        fault: { side: "slack", match: "*", action: "rate_limit", retry_after: 30 },
        lasts_s: 30,
      },
      {
        label: "Slack down",
        more: "Connections are closed before anything happens",
        fault: { side: "slack", match: "*", action: "drop_before" },
      },
      {
        label: "Slack accepts, then drops",
        more: "Messages appear, the desk hears nothing back",
        fault: { side: "slack", match: "chat.*", action: "drop_after" },
      },
      {
        label: "No scope for user groups",
        more: "The app was installed without usergroups:read",
        fault: { side: "slack", match: "usergroups.*", action: "error", error: "missing_scope" },
      },
      {
        label: "No user groups in this plan",
        more: "Slack answers paid_teams_only",
        fault: { side: "slack", match: "usergroups.*", action: "error", error: "paid_teams_only" },
      },
    ],
  },
  {
    side: "x",
    title: "X",
    presets: [
      {
        label: "X hangs after accepting",
        more: "The reply is public, the answer never comes",
        fault: { side: "x", match: "POST /2/tweets", action: "hang_after", seconds: 60 },
      },
      {
        label: "X 503",
        more: "Nothing works, X says so",
        fault: { side: "x", match: "*", action: "status", status: 503 },
      },
      {
        label: "X 429",
        more: "Rate limit with a reset in 60 s",
        fault: { side: "x", match: "*", action: "rate_limit", retry_after: 60 },
      },
      {
        label: "X garbage",
        more: "Replies are taken, the answer is not JSON",
        fault: { side: "x", match: "POST /2/tweets", action: "garbage_after" },
      },
    ],
  },
];

const ALL = PRESETS.flatMap(({ presets }) => presets);

export const isOf = (fault: Fault, preset: Preset): boolean =>
  fault.side === preset.fault.side &&
  fault.match === preset.fault.match &&
  fault.action === preset.fault.action &&
  (fault["error"] ?? null) === (preset.fault["error"] ?? null);

/** A fault in words: the preset's, or what was asked for. */
export function describe(fault: Fault): string {
  const known = ALL.find((preset) => isOf(fault, preset));
  return known ? known.label : `${fault.side === "x" ? "X" : "Slack"}: ${fault.action} on ${fault.match}`;
}
