import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { Icon } from "./Icon";

export type Tone = "info" | "warning" | "error";
interface Toast {
  id: number;
  tone: Tone;
  text: string;
}
type Say = (tone: Tone, text: string) => void;

const ToastContext = createContext<Say>(() => undefined);

/** Says something at the foot of the page for some seconds. */
export const useToast = (): Say => useContext(ToastContext);

const SHOWN_MS: Record<Tone, number> = { info: 6_000, warning: 9_000, error: 9_000 };

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const next = useRef(1);

  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const say = useCallback<Say>(
    (tone, text) => {
      const id = next.current++;
      setToasts((all) => (all.some((toast) => toast.text === text) ? all : [...all.slice(-3), { id, tone, text }]));
      window.setTimeout(() => dismiss(id), SHOWN_MS[tone]);
    },
    [dismiss],
  );
  const shown = useMemo(() => toasts, [toasts]);

  return (
    <ToastContext.Provider value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite" aria-label="Notices">
        {shown.map((toast) => (
          <div key={toast.id} className={`toast toast--${toast.tone}`}>
            <Icon name={toast.tone === "info" ? "info" : "warning"} />
            <span className="toast__text">{toast.text}</span>
            <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismiss(toast.id)}>
              <Icon name="close" />
            </button>
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
