// What the client programs for Node share; see checking.py.

import assert from "node:assert/strict";

export const URL = process.env.ISTHMUS_URL ?? "";
export const ROOT = URL.replace(/\/v1$/, "");
export const KEY = process.env.ISTHMUS_KEY;
export const WAY = process.env.ISTHMUS_WAY;
export const FAR = `far-${WAY}`;
export const HOME = `home-${WAY}`;
export const [NAME, MOBILE, RESIDENT_ID] = ["周建国", "13912345678", "11010519491231002X"];
export const LETTER = `请联系${NAME}（${MOBILE}，${RESIDENT_ID}），说明轴承更换的安排。`;
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
export const SCHEMA = {
  type: "object",
  properties: { phone: { type: "string" } },
  required: ["phone"],
  additionalProperties: false,
};

export async function fail(...faults) {
  await fetch(`${process.env.ISTHMUS_CONTROL}/faults`, { method: "POST", body: JSON.stringify(faults) });
}

export async function count() {
  return (await fetch(`${process.env.ISTHMUS_CONTROL}/count`)).json();
}

export function says(text) {
  assert.ok(text?.includes(MOBILE), text);
}

export async function rejects(call, status) {
  let caught;
  try {
    await call();
  } catch (error) {
    caught = error;
  }
  assert.ok(caught, "no error");
  if (status) assert.equal(caught.status, status, String(caught).slice(0, 300));
  return caught;
}

export async function run(checks) {
  for (const [check, call] of Object.entries(checks)) {
    const told = { check, ok: true };
    try {
      await call();
    } catch (error) {
      const place = error.stack?.split("\n").find((line) => line.includes("_node.mjs"))?.trim() ?? "";
      Object.assign(told, { ok: false, error: `${place}: ${error}`.slice(0, 600) });
    }
    console.log(JSON.stringify(told).replace('{"check":', '{"check": '));
  }
}
