import { throughLangChain } from "../langchain/through-langchain.ts";

/** Anthropic's Messages API, through @langchain/anthropic. */
export const anthropicProvider = throughLangChain({
  name: "anthropic",
  title: "Anthropic",
  package: "@langchain/anthropic",
  wellKnown: /^claude/,
  keyVariables: ["ANTHROPIC_API_KEY"],
  addressVariable: "ANTHROPIC_BASE_URL",
  address: "https://api.anthropic.com",
  vendor: async () => (await import("./anthropic-vendor.ts")).anthropicVendor,
});
