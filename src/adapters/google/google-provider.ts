import { throughLangChain } from "../langchain/through-langchain.ts";

/** Google's Gemini API, through @langchain/google. */
export const googleProvider = throughLangChain({
  name: "google",
  title: "Google",
  package: "@langchain/google",
  wellKnown: /^(?:gemini|gemma-\d+n?-.*-it$)/,
  keyVariables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
  addressVariable: "GOOGLE_GEMINI_BASE_URL",
  address: "https://generativelanguage.googleapis.com",
  vendor: async () => (await import("./google-vendor.ts")).googleVendor,
});
