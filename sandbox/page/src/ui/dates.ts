/** Dates as Slack writes them, in the reader's own time zone. */

const LOCALE = typeof navigator !== "undefined" && navigator.language.startsWith("en") ? navigator.language : "en-GB";

const format = (options: Intl.DateTimeFormatOptions) => {
  const formatter = new Intl.DateTimeFormat(LOCALE, options);
  return (at: Date): string => formatter.format(at);
};

const time = format({ hour: "numeric", minute: "2-digit" });
const timeSeconds = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const long = format({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const full = format({ year: "numeric", month: "long", day: "numeric" });
const short = format({ year: "numeric", month: "short", day: "numeric" });
const dayAndTime = format({ weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const dayOnly = format({ weekday: "short", day: "numeric", month: "short" });
const slash = format({ year: "numeric", month: "2-digit", day: "2-digit" });

const pad = (value: number): string => String(value).padStart(2, "0");
const midnight = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

function nearDay(at: Date, now: Date): string | null {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  return { 0: "Today", 1: "Tomorrow", [-1]: "Yesterday" }[days] ?? null;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

export function ago(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  if (Math.abs(seconds) < 1) return "now";
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** `Fri 21 Nov, 23:05` */
export const moment = (at: Date): string => dayAndTime(at);
export const clockTime = (at: Date): string => time(at);
export const exactTime = (at: Date): string => timeSeconds(at);
export const shortDay = (at: Date): string => dayOnly(at);
export const isSameDay = (one: Date, other: Date): boolean => midnight(one) === midnight(other);

/** `1 d 2 h 5 min`; seconds only within the first hour. */
export function span(seconds: number): string {
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3_600), "h"],
    [Math.floor((whole % 3_600) / 60), "min"],
    [whole < 3_600 ? whole % 60 : 0, "s"],
  ];
  const said = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return said.join(" ") || "0 s";
}
export const dayDivider = (at: Date, now: Date): string => nearDay(at, now) ?? long(at);

/** As X writes it: `now`, `4m`, `3h`, then the day. */
export function brief(at: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - at.getTime()) / 1000);
  if (seconds < 5) return "now";
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return short(at);
}

type Token = (at: Date, now: Date) => string;
const TOKENS: Record<string, Token> = {
  day_divider_pretty: dayDivider,
  date_num: (at) => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`,
  date_slash: slash,
  date_long: long,
  date_long_full: full,
  date_long_pretty: (at, now) => nearDay(at, now) ?? long(at),
  date: full,
  date_pretty: (at, now) => nearDay(at, now) ?? full(at),
  date_short: short,
  date_short_pretty: (at, now) => nearDay(at, now) ?? short(at),
  time,
  time_secs: timeSeconds,
  ago,
};

/** Slack's `{date_short_pretty} {time}`. */
export function slackDate(seconds: number, pattern: string, now: Date): string {
  const at = new Date(seconds * 1000);
  return pattern.replace(/\{([a-z_]+)\}/g, (whole, token: string) => TOKENS[token]?.(at, now) ?? whole);
}

export const dateOfTs = (ts: string | number): Date => new Date(Number(ts) * 1000);
