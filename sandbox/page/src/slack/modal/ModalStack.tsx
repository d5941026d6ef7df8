import type { View } from "../../types";
import { Modal } from "./Modal";

/** The acting person's open modals: the topmost is in sight. */
export function ModalStack({ views }: { views: View[] }) {
  const modals = views.filter((view) => view.type !== "home");
  const top = modals.at(-1);
  return top ? <Modal key={top.id} view={top} deep={modals.length > 1} /> : null;
}
