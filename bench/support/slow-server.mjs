// A loopback server that answers every request after so many milliseconds. Prints its port.
import { createServer } from "node:http";

const delayMs = Number(process.argv[2]);
const server = createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end('{"label":"happiness"}'), delayMs);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
