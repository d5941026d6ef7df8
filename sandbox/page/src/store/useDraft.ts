import { useCallback, useState } from "react";

const drafts = new Map<string, string>();

/** Puts words where somebody will go on typing. */
export const setDraft = (place: string, text: string): void => {
  drafts.set(place, text);
};

/** Text being typed, kept under its place while the reader looks elsewhere. */
export function useDraft(place: string): [string, (text: string) => void] {
  const [, render] = useState(0);
  const set = useCallback(
    (text: string) => {
      drafts.set(place, text);
      render((n) => n + 1);
    },
    [place],
  );
  return [drafts.get(place) ?? "", set];
}
