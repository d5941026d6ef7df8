import "./encode.test";
import "./mrkdwn.test";
import "./share.test";
import "./threads.test";
import "./links.test";
import "./dates.test";
import "./ladder.test";
