import { useWind } from "./clock";

const STEPS: { label: string; seconds: number; says: string }[] = [
  { label: "+15 s", seconds: 15, says: "15 seconds" },
  { label: "+1 min", seconds: 60, says: "1 minute" },
  { label: "+5 min", seconds: 300, says: "5 minutes" },
  { label: "+15 min", seconds: 900, says: "15 minutes" },
  { label: "+1 h", seconds: 3_600, says: "1 hour" },
  { label: "+1 d", seconds: 86_400, says: "1 day" },
];

/** The buttons that wind the desk's clock, which only goes forward. */
export function WindSteps() {
  const [busy, wind] = useWind();
  return (
    <span className="wind" role="group" aria-label="Wind the desk's clock forward">
      {STEPS.map(({ label, seconds, says }) => (
        <button
          key={label}
          type="button"
          className="bar-button"
          disabled={busy}
          title={`Wind the desk's clock forward by ${says}`}
          onClick={() => wind(seconds)}
        >
          {label}
        </button>
      ))}
    </span>
  );
}
