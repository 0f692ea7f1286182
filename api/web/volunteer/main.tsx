import { startPage } from "../shared/page";
import { followManifest, keepForOffline } from "./offline";
import { Page } from "./page";
import { LOADERS } from "./text";

void startPage(LOADERS, Page, "main h1", "main .subject").then(keepForOffline);
followManifest();
