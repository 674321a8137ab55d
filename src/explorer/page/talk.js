// Talks with the server.

// What the server finds wrong, value by value.
export class Wrong extends Error {
  constructor(errors, status) {
    super(errors.map((error) => error.message).join("; "));
    this.errors = errors;
    // Whether what was asked for is wrong, and not that it cannot be done now.
    this.refused = status === 422;
  }
}

// The server does not answer, or ceased to in the middle.
export class Gone extends Error {}

const reach = (promise) => promise.catch((error) => {
  throw error.name === "AbortError" ? error : new Gone(error.message);
});

async function answer(response) {
  if (response.ok) return response;
  const text = await reach(response.text());
  let errors = [{ key: "", message: text.trim() || `the server says ${response.status}` }];
  try {
    errors = JSON.parse(text).errors ?? errors;
  } catch {
    // An answer of its own, in words.
  }
  throw new Wrong(errors, response.status);
}

export const ask = async (path) => (await answer(await reach(fetch(path)))).json();

const post = (path, body, signal) =>
  reach(fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal })).then(answer);

export const send = async (path, body, signal) => (await post(path, body, signal)).json();

// The events of a stream as they come: [name, data].
export async function* stream(path, body, signal) {
  const response = await post(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reach(reader.read());
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
