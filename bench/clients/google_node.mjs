// The official Google Gen AI SDK for Node before the gateway: contents, streams, chats, tools, embeddings, errors.

import assert from "node:assert/strict";
import { GoogleGenAI } from "@google/genai";
import { FAR, HOME, KEY, LETTER, MOBILE, PIXEL, ROOT, SCHEMA, count, fail, rejects, run, says } from "./checking.mjs";

const client = (apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: ROOT } });
const sdk = client(KEY);
const thinkingConfig = { includeThoughts: true, thinkingLevel: "LOW" };
const tools = [{ functionDeclarations: [{ name: "find_customer", parametersJsonSchema: SCHEMA }] }];
const ask = (more) => sdk.models.generateContent({ model: FAR, contents: LETTER, ...more });

await run({
  async plain() {
    const answer = await ask({ config: { systemInstruction: "Be brief.", thinkingConfig } });
    says(answer.text);
    assert.ok(answer.usageMetadata.totalTokenCount > 0);
  },
  async streamed() {
    let text = "";
    for await (const chunk of await sdk.models.generateContentStream({ model: FAR, contents: LETTER })) {
      text += chunk.text ?? "";
    }
    says(text);
  },
  async parsed() {
    const config = { responseMimeType: "application/json", responseJsonSchema: SCHEMA };
    assert.deepEqual(JSON.parse((await ask({ config })).text), { phone: MOBILE });
  },
  async chat() {
    const talk = sdk.chats.create({ model: FAR, config: { thinkingConfig } });
    says((await talk.sendMessage({ message: LETTER })).text);
    assert.ok((await talk.sendMessage({ message: "Once more, please." })).text);
  },
  async tool_loop() {
    const user = { role: "user", parts: [{ text: LETTER }] };
    const config = { tools, thinkingConfig };
    const answer = await ask({ contents: [user], config });
    assert.deepEqual(answer.functionCalls[0].args, { phone: MOBILE });
    const result = { name: "find_customer", response: { result: `${MOBILE}: two orders` } };
    const back = { role: "user", parts: [{ functionResponse: result }] };
    says((await ask({ contents: [user, answer.candidates[0].content, back], config })).text);
  },
  async image() {
    const contents = [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: PIXEL } }, { text: "What?" }] }];
    assert.ok((await ask({ model: HOME, contents })).text);
    await rejects(() => ask({ contents }), 451);
  },
  async tokens() {
    assert.ok((await sdk.models.countTokens({ model: FAR, contents: LETTER })).totalTokens > 0);
  },
  async embeddings() {
    const made = await sdk.models.embedContent({ model: "far-gemini", contents: [LETTER, "nobody"] });
    assert.ok(made.embeddings.every((row) => row.values.length === 8));
  },
  async errors() {
    await rejects(() => ask({ model: "nobody" }), 404);
    await rejects(() => client("isk_0").models.generateContent({ model: FAR, contents: "x" }), 401);
    await fail("400");
    await rejects(() => ask(), 400);
  },
  async overload() {
    const before = (await count()).count;
    await fail("503");
    says((await ask()).text);
    assert.equal((await count()).count, before + 2);
  },
  async broken_stream() {
    await fail("half");
    await rejects(async () => {
      for await (const _ of await sdk.models.generateContentStream({ model: FAR, contents: LETTER }));
    });
  },
});
