// Questions to the server. An answer that says why it cannot be given is thrown as a Refused.

export class Refused extends Error {
  constructor(told, status) {
    super(told.says);
    this.told = told;
    this.status = status;
  }
}

async function read(reply) {
  if (reply.status === 403 || reply.status === 421) {
    throw new Refused({ says: "this tab belongs to an earlier run", hint: "open the address that the new run printed", locked: true }, reply.status);
  }
  const values = await reply.json();
  if (values.error) throw new Refused(values.error, reply.status);
  return values;
}

export async function question(name, values) {
  return read(await fetch(`/api/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(values) }));
}

export async function fetched(path) {
  return read(await fetch(path));
}

export async function text(path) {
  const reply = await fetch(path);
  return reply.ok ? reply.text() : "";
}

// Only the newest of several answers counts: `latest(run)` gives undefined for one that was overtaken.
export function newest() {
  let last = 0;
  return async (run) => {
    const mine = ++last;
    try {
      const found = await run();
      return mine === last ? found : undefined;
    } catch (error) {
      if (mine === last) throw error;
      return undefined;
    }
  };
}
