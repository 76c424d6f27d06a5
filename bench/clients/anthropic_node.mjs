// The official Anthropic SDK for Node before the gateway: Messages, streams, tools, thinking, errors.

import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { FAR, HOME, KEY, LETTER, MOBILE, PIXEL, ROOT, SCHEMA, count, fail, rejects, run, says } from "./checking.mjs";

const sdk = new Anthropic({ baseURL: ROOT, apiKey: KEY });
const messages = [{ role: "user", content: LETTER }];
const tools = ["find_customer", "find_orders"].map((name) => ({ name, input_schema: SCHEMA }));
const thinking = { type: "enabled", budget_tokens: 1024 };
const ask = (more) => sdk.messages.create({ model: FAR, max_tokens: 4000, messages, ...more });
const textOf = (message) => message.content.map((block) => (block.type === "text" ? block.text : "")).join("");

await run({
  async plain() {
    const message = await ask({ system: "Be brief." });
    says(textOf(message));
    assert.equal(message.stop_reason, "end_turn");
    assert.ok(message.usage.input_tokens > 0);
  },
  async streamed() {
    const kinds = [];
    for await (const event of await ask({ stream: true })) kinds.push(event.type);
    assert.deepEqual([kinds[0], kinds.at(-1)], ["message_start", "message_stop"]);
  },
  async stream_helper() {
    const stream = sdk.messages.stream({ model: FAR, max_tokens: 500, messages });
    says(await stream.finalText());
  },
  async parsed() {
    const output_config = { format: { type: "json_schema", schema: SCHEMA } };
    assert.deepEqual(JSON.parse(textOf(await ask({ output_config }))), { phone: MOBILE });
  },
  async tool_loop() {
    const first = await ask({ tools, thinking });
    const calls = first.content.filter((block) => block.type === "tool_use");
    assert.ok(calls.length);
    const content = calls.map((call) => {
      assert.deepEqual(call.input, { phone: MOBILE });
      return { type: "tool_result", tool_use_id: call.id, content: `${MOBILE}: two orders` };
    });
    const turns = [...messages, { role: "assistant", content: first.content }, { role: "user", content }];
    says(textOf(await ask({ tools, thinking, messages: turns })));
  },
  async tool_stream() {
    const message = await sdk.messages.stream({ model: FAR, max_tokens: 500, messages, tools }).finalMessage();
    assert.deepEqual(message.content.find((block) => block.type === "tool_use").input, { phone: MOBILE });
  },
  async image() {
    const source = { type: "base64", media_type: "image/png", data: PIXEL };
    const seen = [{ role: "user", content: [{ type: "image", source }, { type: "text", text: "What?" }] }];
    assert.ok(textOf(await ask({ model: HOME, messages: seen })));
    await rejects(() => ask({ messages: seen }), 451);
  },
  async tokens() {
    assert.ok((await sdk.messages.countTokens({ model: FAR, messages })).input_tokens > 0);
  },
  async errors() {
    await rejects(() => ask({ model: "nobody" }), 404);
    await rejects(() => ask({ messages: [] }), 400);
    await rejects(() => new Anthropic({ baseURL: ROOT, apiKey: "isk_0" }).models.list(), 401);
    await fail("400");
    await rejects(() => ask(), 400);
  },
  async overload() {
    const before = (await count()).count;
    await fail("503");
    says(textOf(await ask()));
    assert.equal((await count()).count, before + 2);
  },
  async broken_stream() {
    await fail("half");
    await rejects(async () => {
      for await (const _ of await ask({ stream: true }));
    });
  },
  async leaving() {
    const before = (await count()).left;
    const long = [{ role: "user", content: "hello ".repeat(300) }];
    const stream = sdk.messages.stream({ model: FAR, max_tokens: 500, messages: long });
    stream.on("text", () => stream.abort());
    await rejects(() => stream.done());
    for (let turn = 0; turn < 100 && (await count()).left === before; turn++) {
      await new Promise((done) => setTimeout(done, 50));
    }
    assert.notEqual((await count()).left, before, "the deployment was not told");
  },
});
