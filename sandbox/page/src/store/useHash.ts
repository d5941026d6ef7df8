import { useCallback, useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** One value kept in the address after `#`, so that each window of the browser can have its own. */
export function useHash(key: string, fallback: string): [string, (value: string) => void] {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const value = new URLSearchParams(hash.slice(1)).get(key) ?? fallback;
  const set = useCallback(
    (next: string) => {
      const values = new URLSearchParams(window.location.hash.slice(1));
      values.set(key, next);
      window.history.replaceState(null, "", `#${values.toString()}`);
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    },
    [key],
  );
  return [value, set];
}
