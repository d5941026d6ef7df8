import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 48;

/**
 * Follows the end of a scrolling list while the reader is at its end, and leaves a reader who
 * scrolled away where they are, counting what came in below.
 */
export function useSticky(
  list: RefObject<HTMLElement | null>,
  place: string,
  count: number,
): { below: number; toEnd: () => void } {
  const atEnd = useRef(true);
  const seen = useRef(count);
  const [below, setBelow] = useState(0);

  const toEnd = useCallback(() => {
    const element = list.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    atEnd.current = true;
    setBelow(0);
  }, [list]);

  useLayoutEffect(() => {
    seen.current = count;
    toEnd();
    // A new place starts at its end; how much it holds then is no news.
  }, [place, toEnd]);

  useLayoutEffect(() => {
    const added = Math.max(0, count - seen.current);
    seen.current = count;
    if (atEnd.current) toEnd();
    else if (added > 0) setBelow((before) => before + added);
  }, [count, toEnd]);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const onScroll = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      if (atEnd.current) setBelow(0);
    };
    // A card that grows or a font that loads must not push the newest line out of sight.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [list, place]);

  return { below, toEnd };
}
