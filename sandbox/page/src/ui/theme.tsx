import { createContext, useEffect, useState } from "react";

export type Theme = "light" | "dark";
export type Choice = Theme | "system";

export const ThemeContext = createContext<Theme>("light");

const KEY = "mentiondesk.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

function stored(): Choice {
  try {
    const value = window.localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

/** The theme in force: the reader's choice, by default the system's. */
export function useTheme(): { theme: Theme; choice: Choice; choose: (choice: Choice) => void } {
  const [choice, setChoice] = useState<Choice>(stored);
  const [dark, setDark] = useState(system.matches);
  useEffect(() => {
    const onChange = () => setDark(system.matches);
    system.addEventListener("change", onChange);
    return () => system.removeEventListener("change", onChange);
  }, []);
  const theme: Theme = choice === "system" ? (dark ? "dark" : "light") : choice;
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const choose = (next: Choice) => {
    setChoice(next);
    try {
      if (next === "system") window.localStorage.removeItem(KEY);
      else window.localStorage.setItem(KEY, next);
    } catch {
      // A browser that keeps nothing still shows the choice until it is closed.
    }
  };
  return { theme, choice, choose };
}
