import { useState } from "react";
import { post, reason } from "../api";
import { useDeskNow } from "../ui/clock";
import { moment } from "../ui/dates";
import { Icon } from "../ui/Icon";

const STEPS: { label: string; seconds: number; says: string }[] = [
  { label: "+5 min", seconds: 300, says: "5 minutes" },
  { label: "+1 h", seconds: 3_600, says: "1 hour" },
  { label: "+1 day", seconds: 86_400, says: "1 day" },
];

/** `1 d 2 h 5 min` */
function span(seconds: number): string {
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor((whole % 86_400) / 3_600), "h"],
    [Math.floor((whole % 3_600) / 60), "min"],
  ];
  const said = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return said.join(" ") || `${whole} s`;
}

/** The desk's clock, which can only be wound forward. */
export function Clock({ offset, refresh }: { offset: number; refresh: () => void }) {
  const now = useDeskNow(5_000);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const wind = async (seconds: number) => {
    setBusy(true);
    setFailure(null);
    try {
      await post("/control/clock", { forward_s: seconds });
      refresh();
    } catch (error) {
      setFailure(reason(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="clock" role="group" aria-label="Clock of the desk">
      <Icon name="clock" />
      <time className="clock__now">{moment(new Date(now))}</time>
      <span className={offset > 0 ? "clock__offset clock__offset--wound" : "clock__offset"} data-testid="offset">
        {offset > 0 ? `+${span(offset)}` : "real time"}
      </span>
      <span className="clock__steps">
        {STEPS.map(({ label, seconds, says }) => (
          <button
            key={label}
            type="button"
            className="bar-button"
            disabled={busy}
            title={`Wind the desk's clock forward by ${says}`}
            onClick={() => void wind(seconds)}
          >
            {label}
          </button>
        ))}
      </span>
      {failure && (
        <p className="clock__failure" role="alert">
          {failure.charAt(0).toUpperCase() + failure.slice(1)}
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => setFailure(null)}>
            <Icon name="close" size={13} />
          </button>
        </p>
      )}
    </div>
  );
}
