// Talks with the server.

// What the server finds wrong, value by value.
export class Wrong extends Error {
  constructor(errors) {
    super(errors.map((error) => error.message).join("; "));
    this.errors = errors;
  }
}

async function answer(response) {
  if (response.ok) return response;
  const text = await response.text();
  let errors = [{ key: "", message: text.trim() || `the server says ${response.status}` }];
  try {
    errors = JSON.parse(text).errors ?? errors;
  } catch {
    // An answer of its own, in words.
  }
  throw new Wrong(errors);
}

export const ask = async (path) => (await answer(await fetch(path))).json();

const post = (path, body, signal) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal }).then(answer);

export const send = async (path, body, signal) => (await post(path, body, signal)).json();

// The events of a stream as they come: [name, data].
export async function* stream(path, body, signal) {
  const response = await post(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      // The program writes each as two lines.
      const [, event, data] = rest.slice(0, end).match(/^event: (.*)\ndata: (.*)$/) ?? [];
      rest = rest.slice(end + 2);
      if (data) yield [event, JSON.parse(data)];
    }
  }
}
