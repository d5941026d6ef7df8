/**
 * Stands in for react-markdown and remark-gfm, which only Slack's `markdown` block needs:
 * the desk sends none, so its text is shown as it was written.
 */
export default function Markdown({ children }: { children?: string }): string {
  return children ?? "";
}
