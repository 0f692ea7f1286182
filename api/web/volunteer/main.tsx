import { startPage } from "../shared/page";
import { keepForOffline } from "./offline";
import { Page } from "./page";
import { LOADERS } from "./text";

void startPage(LOADERS, Page).then(keepForOffline);
