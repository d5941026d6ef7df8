import { useRef, useState } from "react";
import { post, remove } from "../api";
import type { Fault } from "../types";
import { Icon } from "../ui/Icon";
import { useAsync } from "../ui/useAsync";
import { useAway } from "../ui/useAway";
import { describe, isOf, type Preset, PRESETS } from "./faultPresets";

interface Props {
  faults: Fault[];
  refresh: () => void;
}

/** Switches for trouble on either side, and what is in force. */
export function Faults({ faults, refresh }: Props) {
  const [open, setOpen] = useState(false);
  const [busy, run] = useAsync();
  const root = useRef<HTMLDivElement>(null);
  useAway(root, open, () => setOpen(false));

  const end = (id: number) => remove(`/control/faults/${id}`).catch(() => undefined);
  const change = (work: () => Promise<unknown>) =>
    void run(async () => {
      await work();
      refresh();
    });
  const toggle = (preset: Preset) =>
    change(async () => {
      const active = faults.filter((fault) => isOf(fault, preset));
      if (active.length > 0) {
        await Promise.all(active.map(({ id }) => end(id)));
        return;
      }
      const { id } = await post<{ id: number }>("/control/faults", preset.fault);
      if (preset.lasts_s) window.setTimeout(() => void end(id).then(refresh), preset.lasts_s * 1000);
    });

  return (
    <div className="popup-root" ref={root}>
      <button
        type="button"
        className={faults.length > 0 ? "bar-button bar-button--alarm" : "bar-button"}
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={() => setOpen(!open)}
      >
        <Icon name="bolt" size={14} /> Faults{faults.length > 0 ? ` (${faults.length})` : ""}
      </button>
      {open && (
        <div className="menu popup faults" role="dialog" aria-label="Faults">
          {PRESETS.map(({ side, title, presets }) => (
            <fieldset key={side} disabled={busy}>
              <legend>{title}</legend>
              {presets.map((preset) => {
                const on = faults.some((fault) => isOf(fault, preset));
                return (
                  <button
                    key={preset.label}
                    type="button"
                    role="switch"
                    aria-checked={on}
                    aria-label={preset.label}
                    className="switch"
                    onClick={() => toggle(preset)}
                  >
                    <span className="switch__words">
                      <strong>{preset.label}</strong>
                      <span>{preset.more}</span>
                    </span>
                    <span className="switch__track" aria-hidden="true" />
                  </button>
                );
              })}
            </fieldset>
          ))}
          <div className="faults__active">
            <h3>In force</h3>
            {faults.length === 0 && <p className="empty">None: everything works.</p>}
            <ul>
              {faults.map((fault) => (
                <li key={fault.id}>
                  <span>
                    {describe(fault)}
                    {typeof fault["times"] === "number" && ` · ${fault["times"]} more`}
                  </span>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={`End ${describe(fault)}`}
                    onClick={() => change(() => end(fault.id))}
                  >
                    <Icon name="close" size={13} />
                  </button>
                </li>
              ))}
            </ul>
            <button
              type="button"
              className="bk-button"
              disabled={faults.length === 0 || busy}
              onClick={() => change(() => remove("/control/faults"))}
            >
              Clear all
            </button>
          </div>
        </div>
      )}
    </div>
  );
}
