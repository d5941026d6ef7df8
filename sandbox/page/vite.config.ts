import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** What ends up in the built files, and the file that holds its licence. */
const VENDORED: Record<string, string> = {
  react: "LICENSE",
  "react-dom": "LICENSE",
  scheduler: "LICENSE",
  "slack-blocks-to-jsx": "LICENSE.md",
  "@fontsource-variable/noto-sans": "LICENSE",
  "@fontsource-variable/noto-sans-bengali": "LICENSE",
  "@fontsource-variable/noto-sans-telugu": "LICENSE",
};

/** Nothing but this server is ever asked for anything, whatever a message holds. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function folderOf(name: string): string {
  return join(here, "node_modules", name);
}

function licences(): Plugin {
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      for (const [name, file] of Object.entries(VENDORED)) {
        const version = (require(join(folderOf(name), "package.json")) as { version: string }).version;
        this.emitFile({
          type: "asset",
          fileName: `licences/${name.replace("@", "").replace("/", "-")}.txt`,
          source: `${name} ${version}\n\n${readFileSync(join(folderOf(name), file), "utf8")}`,
        });
      }
    },
  };
}

function policy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

const server = process.env["SANDBOX"] ?? "http://127.0.0.1:8787";

export default defineConfig(({ isSsrBuild }) => ({
  resolve: {
    alias: {
      "node-emoji": join(here, "src/vendor/node-emoji.ts"),
      "react-markdown": join(here, "src/vendor/markdown.ts"),
      "remark-gfm": join(here, "src/vendor/markdown.ts"),
    },
  },
  plugins: isSsrBuild ? [] : [licences(), policy()],
  build: {
    outDir: "static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    modulePreload: false,
    // The server forbids caching, so names need no digest, and a rebuild changes files in place.
    rollupOptions: {
      output: {
        entryFileNames: isSsrBuild ? "[name].js" : "assets/page.js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  server: { proxy: { "/control": server, "/events": server } },
}));
