import { useDeskNow } from "../ui/clock";
import { moment, span } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { WindSteps } from "../ui/WindSteps";

/** The desk's clock, which can only be wound forward. */
export function Clock({ offset }: { offset: number }) {
  const now = useDeskNow(5_000);
  return (
    <div className="clock" role="group" aria-label="Clock of the desk">
      <Icon name="clock" />
      <time className="clock__now">{moment(new Date(now))}</time>
      <span className={offset > 0 ? "clock__offset clock__offset--wound" : "clock__offset"} data-testid="offset">
        {offset > 0 ? `+${span(offset)}` : "real time"}
      </span>
      <WindSteps />
    </div>
  );
}
