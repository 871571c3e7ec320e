// Calls methods of the generated senders, as standard input lists them, and prints what each gave.
const { TrackClient, APIClient } = require("customerio-node");
const { Sender } = require(process.argv[2]);

const where = JSON.parse(process.env.MAILWRIGHT_WORKSPACE);
const track = new TrackClient(where.site_id, where.track_key, { url: `${where.track_url}/api/v1` });
const api = new APIClient(where.app_key, { url: `${where.app_url}/v1` });
const sender = new Sender(track, api, JSON.parse(process.env.MAILWRIGHT_BROADCASTS));

async function main() {
  let text = "";
  for await (const piece of process.stdin) text += piece;
  const given = [];
  for (const [method, ...args] of JSON.parse(text)) given.push((await sender[method](...args)) ?? null);
  process.stdout.write(JSON.stringify(given));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
