import { createRoot } from "react-dom/client";
import "slack-blocks-to-jsx/dist/style.css";
import "./styles/fonts.css";
import "./styles/base.css";
import "./styles/topbar.css";
import "./styles/playbook.css";
import "./styles/timeline.css";
import "./styles/slack.css";
import "./styles/blocks.css";
import "./styles/dialog.css";
import "./styles/x.css";
import "./styles/dm.css";
import { App } from "./App";

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
