// The official OpenAI SDK for Node before the gateway: Chat, Responses, Embeddings, errors.

import assert from "node:assert/strict";
import OpenAI from "openai";
import { FAR, HOME, KEY, LETTER, MOBILE, PIXEL, SCHEMA, URL, count, fail, rejects, run, says } from "./checking.mjs";

const sdk = new OpenAI({ baseURL: URL, apiKey: KEY });
const messages = [{ role: "user", content: LETTER }];
const tools = ["find_customer", "find_orders"].map((name) => ({
  type: "function",
  function: { name, parameters: SCHEMA },
}));
const form = { type: "json_schema", json_schema: { name: "contact", schema: SCHEMA, strict: true } };

await run({
  async plain() {
    const answer = await sdk.chat.completions.create({ model: FAR, messages });
    says(answer.choices[0].message.content);
    assert.ok(answer.usage.total_tokens > 0);
  },
  async streamed() {
    let text = "";
    let usage;
    const stream_options = { include_usage: true };
    for await (const chunk of await sdk.chat.completions.create({ model: FAR, messages, stream: true, stream_options })) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    says(text);
    assert.ok(usage.total_tokens > 0);
  },
  async stream_helper() {
    says(await sdk.chat.completions.stream({ model: FAR, messages }).finalContent());
  },
  async parsed() {
    const answer = await sdk.chat.completions.parse({ model: FAR, messages, response_format: form });
    assert.deepEqual(answer.choices[0].message.parsed ?? JSON.parse(answer.choices[0].message.content), { phone: MOBILE });
  },
  async tool_loop() {
    const first = await sdk.chat.completions.create({ model: FAR, messages, tools, parallel_tool_calls: true });
    const message = first.choices[0].message;
    assert.ok(message.tool_calls.length);
    const results = message.tool_calls.map((call) => {
      assert.deepEqual(JSON.parse(call.function.arguments), { phone: MOBILE });
      return { role: "tool", tool_call_id: call.id, content: `${MOBILE}: two orders` };
    });
    const done = await sdk.chat.completions.create({ model: FAR, messages: [...messages, message, ...results], tools });
    says(done.choices[0].message.content);
  },
  async tool_runner() {
    const asked = [];
    const runner = sdk.chat.completions.runTools({
      model: FAR,
      messages,
      tools: [
        {
          type: "function",
          function: {
            name: "find_customer",
            parameters: SCHEMA,
            parse: JSON.parse,
            function: ({ phone }) => (asked.push(phone), `${phone}: two orders`),
          },
        },
      ],
    });
    says(await runner.finalContent());
    assert.deepEqual(asked, [MOBILE]);
  },
  async image() {
    const url = `data:image/png;base64,${PIXEL}`;
    const content = [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url } }];
    const seen = [{ role: "user", content }];
    assert.ok((await sdk.chat.completions.create({ model: HOME, messages: seen })).choices[0].message.content);
    await rejects(() => sdk.chat.completions.create({ model: FAR, messages: seen }), 451);
  },
  async response() {
    const made = await sdk.responses.create({ model: FAR, input: LETTER });
    says(made.output_text);
    const next = await sdk.responses.create({ model: FAR, input: "Again.", previous_response_id: made.id });
    assert.equal((await sdk.responses.retrieve(next.id)).output_text, next.output_text);
    await sdk.responses.delete(made.id);
    await rejects(() => sdk.responses.retrieve(made.id), 404);
  },
  async response_stream() {
    const stream = sdk.responses.stream({ model: FAR, input: LETTER });
    says((await stream.finalResponse()).output_text);
  },
  async embeddings() {
    const made = await sdk.embeddings.create({ model: "far-openai-chat", input: [LETTER, "nobody"] });
    assert.deepEqual(made.data.map((row) => row.embedding.length), [8, 8]);
  },
  async models() {
    const names = [];
    for await (const model of sdk.models.list()) names.push(model.id);
    assert.ok(names.includes(FAR));
  },
  async errors() {
    await rejects(() => sdk.chat.completions.create({ model: "nobody", messages }), 404);
    await rejects(() => sdk.chat.completions.create({ model: FAR, messages: [] }), 400);
    await rejects(() => new OpenAI({ baseURL: URL, apiKey: "isk_0" }).models.list(), 401);
    await fail("400");
    await rejects(() => sdk.chat.completions.create({ model: FAR, messages }), 400);
  },
  async overload() {
    const before = (await count()).count;
    await fail("503");
    says((await sdk.chat.completions.create({ model: FAR, messages })).choices[0].message.content);
    assert.equal((await count()).count, before + 2);
  },
  async broken_stream() {
    await fail("half");
    await rejects(async () => {
      for await (const _ of await sdk.chat.completions.create({ model: FAR, messages, stream: true }));
    });
  },
  async too_slow() {
    await fail("silent");
    const error = await rejects(() =>
      sdk.chat.completions.create({ model: FAR, messages }, { timeout: 400, maxRetries: 0 }),
    );
    assert.ok(error instanceof OpenAI.APIConnectionTimeoutError);
  },
});
