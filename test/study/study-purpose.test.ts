import { expect, it } from "vitest";
import { restrictedUse } from "../../src/study/study-purpose.ts";

it.each([
  ["Watching employees of a call centre", "employees"],
  ["Attention of pupils in class", "pupils"],
  ["Proctoring an exam", "Proctoring"],
])("names the law where a purpose sounds like work or education: %s", (purpose, word) => {
  const said = restrictedUse(purpose);
  expect(said).toContain(`"${word}"`);
  expect(said).toContain("(Regulation (EU) 2024/1689, Article 5(1)(f))");
  expect(said).toContain("medical or safety reasons");
});

it.each(["How expressions of pain are read by nurses in films", "The Kuleshov effect in paintings"])(
  "says nothing of other purposes: %s",
  (purpose) => {
    expect(restrictedUse(purpose)).toBeUndefined();
  },
);
