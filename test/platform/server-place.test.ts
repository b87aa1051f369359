import { expect, it } from "vitest";
import { serverPlace } from "../../src/platform/server-place.ts";

it.each([
  ["http://127.0.0.1:11434", true],
  ["http://127.8.8.8/v1", true],
  ["http://localhost:8080/v1", true],
  ["http://[::1]:8080/v1", true],
  ["https://api.openai.com/v1", false],
  ["http://192.168.1.4:11434", false],
  ["http://127.0.0.1.example.org", false],
  ["http://localhost.example.org", false],
])("takes %s for this machine: %s", (url, loopback) => {
  expect(serverPlace(url).loopback).toBe(loopback);
});

it("names a server without user and password", () => {
  expect(serverPlace("https://me:secret@example.org/v1/").name).toBe("https://example.org/v1");
});
