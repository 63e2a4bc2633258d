"""Words spoken in a video. No model ships with the program: an installed package offers one under the entry point
`qingyi.speech`, a function of the video's bytes and the seconds that it may take, which returns the words."""

from importlib.metadata import entry_points

_GROUP = "qingyi.speech"


def heard(content: bytes, seconds: float) -> tuple[str, str]:
    """The words that are spoken, and a statement in Chinese: by which model, or why none were heard."""
    for offered in sorted(entry_points(group=_GROUP), key=lambda point: point.name):
        try:
            return str(offered.load()(content, seconds)), f"声音由 {offered.name} 识别"
        except Exception as error:  # the model is not ours
            return "", f"声音没有识别：{offered.name} 出错（{type(error).__name__}）"
    return "", "有声音，没有安装语音识别模型，没有识别"
