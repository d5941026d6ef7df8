/** Line icons of our own, drawn on a grid of 16. */
const PATHS = {
  close: "M4 4l8 8M12 4l-8 8",
  info: "M8 7.2v4M8 4.8v.1M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4z",
  warning: "M8 2.2 14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.1",
  reply: "M6.4 4 2.4 7.8l4 3.8M2.8 7.8h6.4a4.2 4.2 0 0 1 4.2 4.2",
  quote: "M3 4h10M3 8h10M3 12h6",
  bin: "M3 4.4h10M6.4 4V2.6h3.2V4M4.4 4.4l.5 9h6.2l.5-9",
  hand: "M2.6 13.4 3.4 10l7-7 2.6 2.6-7 7zM9 4.4l2.6 2.6",
  thread: "M2.4 3h11.2v8H7.4l-3 2.6V11h-2zM5.2 6h5.6M5.2 8.2h3.6",
  clock: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 4.6V8l2.4 1.6",
  bolt: "M8.8 1.8 3.2 9h4l-.8 5.2L12.8 7h-4z",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  moon: "M13.4 9.6A6 6 0 0 1 6.4 2.6a6 6 0 1 0 7 7z",
  screen: "M1.8 2.8h12.4v8.4H1.8zM5.4 13.8h5.2",
  eye: "M1.4 8S4 3.6 8 3.6 14.6 8 14.6 8 12 12.4 8 12.4 1.4 8 1.4 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  down: "M3.4 6 8 10.6 12.6 6",
  home: "M2.4 7.4 8 2.6l5.6 4.8v6H9.6V9.6H6.4v3.8h-4z",
  ladder: "M3.6 2v12M3.6 4.4h8.8M3.6 8h6M3.6 11.6h8.8",
  mail: "M1.8 3.4h12.4v9.2H1.8zM2.2 4l5.8 4.6L13.8 4",
  lock: "M3.6 7.2h8.8v6.4H3.6zM5.4 7V5a2.6 2.6 0 0 1 5.2 0v2",
  pen: "M2.8 13.2 3.5 10l7.1-7.1 2.5 2.5L6 12.5zM9.3 4.2l2.5 2.5",
  check: "m3.4 8.4 3 3 6.2-6.6",
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name, size = 16 }: { name: IconName; size?: number }) => (
  <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} />
  </svg>
);
