/** The JSON of the sandbox's control API, as docs/sandbox.md states it. */

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
}

export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
  url?: string;
}

export interface Confirm {
  title: TextObject;
  text: TextObject;
  confirm: TextObject;
  deny: TextObject;
  style?: "primary" | "danger";
}

/** An interactive or visual element of a block. Slack's shapes are many; what is read is checked where it is read. */
export interface Element {
  type: string;
  action_id?: string;
  text?: TextObject | string;
  value?: string;
  url?: string;
  style?: "primary" | "danger";
  confirm?: Confirm;
  accessibility_label?: string;
  placeholder?: TextObject;
  options?: Option[];
  option_groups?: { label: TextObject; options: Option[] }[];
  initial_value?: string;
  initial_option?: Option;
  initial_options?: Option[];
  initial_date?: string;
  initial_time?: string;
  initial_date_time?: number;
  initial_user?: string;
  initial_users?: string[];
  initial_channel?: string;
  initial_conversation?: string;
  multiline?: boolean;
  min_length?: number;
  max_length?: number;
  dispatch_action_config?: { trigger_actions_on?: string[] };
  focus_on_load?: boolean;
  image_url?: string;
  alt_text?: string;
}

export interface Block {
  type: string;
  block_id?: string;
  text?: TextObject;
  fields?: TextObject[];
  accessory?: Element;
  elements?: Element[];
  element?: Element;
  label?: TextObject;
  hint?: TextObject;
  optional?: boolean;
  dispatch_action?: boolean;
}

export interface User {
  id: string;
  name: string;
  real_name: string;
  is_admin?: boolean;
  is_owner?: boolean;
  is_restricted?: boolean;
  is_bot?: boolean;
  colour?: string;
}

export interface SlackMessage {
  ts: string;
  user?: string | null;
  bot?: boolean | string | null;
  text: string;
  blocks?: Block[] | null;
  edited?: string | null;
  deleted?: boolean;
  reactions?: Record<string, string[]>;
  reply_count?: number;
  thread?: SlackMessage[];
}

export interface Channel {
  id: string;
  name: string;
  is_im?: boolean;
  is_member: boolean;
  messages: SlackMessage[];
}

export interface PrivateMessage {
  id?: string;
  ts?: string;
  channel: string;
  user: string;
  text: string;
  blocks?: Block[] | null;
  at: string | number;
  thread_ts?: string | null;
}

export interface View {
  id: string;
  user?: string;
  type?: string;
  hash?: string;
  title: TextObject | string;
  blocks: Block[];
  submit?: TextObject | string | null;
  close?: TextObject | string | null;
  callback_id?: string;
  values?: Record<string, unknown> | null;
  errors?: Record<string, string> | null;
}

export interface Warning {
  user: string;
  channel?: string;
  text: string;
  at: string | number;
}

export interface UserGroup {
  id: string;
  users?: string[];
  handle?: string;
  name?: string;
}

export interface SlackState {
  me: string;
  users: User[];
  channels: Channel[];
  private: PrivateMessage[];
  views: View[];
  warnings: Warning[];
  home: View | null;
  usergroups?: UserGroup[];
  sockets?: number;
}

export interface Person {
  id: string;
  username: string;
  name: string;
  followers: number;
  verified: boolean;
  protected: boolean;
  suspended: boolean;
  lang?: string;
  follows_us: boolean;
  blocks_us: boolean;
  takes_dms: TakesDms;
  encrypted_dms: boolean;
}

/** From whom a person takes a first direct message. */
export type TakesDms = "everyone" | "verified" | "contacts" | "nobody";

export interface Post {
  id: string;
  author_id: string;
  username: string;
  text: string;
  /** The text without the names that X put in front of it. */
  typed: string;
  created_at: string;
  conversation_id: string;
  in_reply_to?: string | null;
  in_reply_to_user?: string | null;
  quote_of?: string | null;
  retweet_of?: string | null;
  by_api?: boolean;
  deleted?: boolean;
  deep_link?: string | null;
  /** The earlier versions, oldest first. */
  edits: { id: string; text: string; created_at: string }[];
}

/** A message between the brand and the customer of that name, whoever of them wrote it. */
export interface DirectMessage {
  id: string;
  author_id: string;
  username: string;
  customer: string;
  text: string;
  created_at: string;
  by_api: boolean;
  encrypted: boolean;
}

export interface XState {
  account: { id: string; username: string; name: string };
  people: Person[];
  posts: Post[];
  dms: DirectMessage[];
  spent: { reads: string; writes: string; total: string };
}

export interface Fault {
  id: number;
  side: "slack" | "x";
  match: string;
  action: string;
  [key: string]: unknown;
}

export interface Playbooks {
  shipped: { file: string; name: string; description: string }[];
  /** The file that the desk's playbook is a copy of; null when it was edited by hand. */
  chosen: string | null;
  name: string | null;
  text: string | null;
}

export type RungState = "done" | "skipped" | "next" | "later" | "quiet";

export interface Rung {
  at: string;
  label: string;
  targets: string[];
  state: RungState;
  note?: string | null;
}

/** The ladder of one case; `waiting_since` is null while no customer waits. */
export interface Ladder {
  case: number;
  playbook?: string | null;
  priority?: string | null;
  now?: string | null;
  waiting_since?: string | null;
  due_at?: string | null;
  late?: boolean;
  rungs: Rung[];
}

/** What Slack's stand-in answers to a click, an action in a modal or a submission. */
export interface Delivery {
  status?: number;
  warning?: string | null;
  errors?: Record<string, string> | null;
  closed?: boolean;
}
